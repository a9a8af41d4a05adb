// From checked expressions to values of a program in the making. Used by one thread.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "engine/rules/analysis.hpp"
#include "engine/rules/builder.hpp"

namespace puente::rules {

/// How functions of the whole population look, as households(…) and reference(…) around them say.
struct View {
  bool reference = false;
  bool households = false;
  auto operator<=>(const View&) const = default;
};

class Lowering {
 public:
  Lowering(const Analysis& analysis, Builder& builder, View view = {})
      : analysis_(analysis), builder_(builder), view_(view) {}
  /// The value of a whole expression without mistakes.
  int whole(const Checked& expression);
  int whole(const Checked& expression, View view);
  /// The value of the part of it below `node`.
  int part(const Checked& expression, int node);
  View view() const { return view_; }

 private:
  friend class PartLowering;
  int variable(int index, View view);

  const Analysis& analysis_;
  Builder& builder_;
  View view_;
  std::map<std::pair<int, View>, int> variables_;
};

Typed typed_of(const Facts& facts, std::optional<Entity> entity);

}  // namespace puente::rules
