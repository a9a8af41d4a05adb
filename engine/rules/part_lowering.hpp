// Lowers the subtree of one node. A backward loop finds what has to be computed here (the insides of whole-population
// functions are programs of their own) and under which view; a forward loop then makes the values. Part of Lowering.
#pragma once

#include <optional>
#include <vector>

#include "engine/rules/lowering.hpp"

namespace puente::rules {

class PartLowering {
 public:
  PartLowering(Lowering& lowering, const Checked& expression, int node);
  int run();

 private:
  struct Work {
    bool needed = false;
    View view;
    int value = -1;
  };
  /// A comparison of a rank with one number, which needs a cut-off and no table.
  struct Cut {
    int rank = -1, p = -1;
    Token op = Token::less;  ///< as if the rank stood on the left
    View view;
  };

  void need(int node, View view);
  void need_children(int node);
  void need_comparison(int node);
  std::optional<Cut> cut_of(int comparison, std::size_t pair) const;

  int lower(int node);
  int name(int node);
  int arithmetic(int node);
  int comparison(int node);
  int compared(Token op, int a, int b);
  int cut(const Cut& cut);
  int membership(int node);
  int call(int node);
  int rowwise(int node, Function function);
  int chain(Op op, int node);
  int over_members(int node, Function function);
  int draw(int node, Function function);
  int over_population(int node, Function function);
  Global described(Global::Kind kind, int node, int p, View view);
  void add_argument(Global& global, int node, int p, View view);

  const Node& node(int i) const { return e_.tree[i]; }
  const FunctionInfo* function(int i) const { return e_.functions[static_cast<std::size_t>(i)]; }
  bool skips(int i) const { return i >= 0 && function(i) != nullptr && function(i)->family == Family::skip; }
  Work& work(int i) { return work_[static_cast<std::size_t>(i - first_)]; }
  int value(int i) { return work(i).value; }
  std::string written(int i) const { return e_.text->text.substr(node(i).begin, node(i).end - node(i).begin); }

  Lowering& lowering_;
  Builder& builder_;
  const Checked& e_;
  int root_, first_;
  std::vector<Work> work_;
};

}  // namespace puente::rules
