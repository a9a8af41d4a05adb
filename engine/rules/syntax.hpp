// An expression as a tree, kept in one array in post-order: every node stands behind its whole subtree, which is the
// run [first, node]. Walks are loops over that array, forwards (children first) or backwards (parents first), so
// that an expression may be as long as one likes. Immutable after parsing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/population/column.hpp"
#include "engine/rules/lexer.hpp"

namespace puente::rules {

enum class NodeKind : std::uint8_t {
  number, truth, text, name,
  minus, negation,                     // one child
  arithmetic, conjunction, disjunction,  // two
  comparison,                          // two or more, with an operator between each
  membership,                          // the value, then the list
  call,                                // arguments, then `where`, then `by`
};

struct Node {
  NodeKind kind = NodeKind::number;
  Token op = Token::end;             ///< of arithmetic
  std::size_t at = 0;                ///< where a caret goes
  std::size_t begin = 0, end = 0;    ///< bytes it spans
  int first = 0;
  std::vector<int> children;
  int arguments = 0;                 ///< of a call: how many of the children are arguments
  int where = -1, by = -1;           ///< of a call: nodes
  std::vector<Token> comparisons;
  double number = 0;                 ///< also 0 or 1 of a truth value
  std::string text;                  ///< of a text, a name, a function
  std::optional<Entity> qualifier;   ///< household.x, person.x

  std::span<const int> args() const { return {children.data(), static_cast<std::size_t>(arguments)}; }
};

struct Tree {
  std::vector<Node> nodes;
  int root() const { return static_cast<int>(nodes.size()) - 1; }
  const Node& operator[](int node) const { return nodes[static_cast<std::size_t>(node)]; }
};

}  // namespace puente::rules
