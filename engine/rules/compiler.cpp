#include "engine/rules/analysis.hpp"
#include "engine/rules/builder.hpp"
#include "engine/rules/lowering.hpp"

namespace puente::rules {

struct Compiler::Impl {
  Impl(const Scope& scope, Diagnostics& diagnostics)
      : analysis(scope, diagnostics, Notes::drop), lowering(analysis, builder) {}
  Analysis analysis;
  Builder builder;
  Lowering lowering;
};

Compiler::Compiler(const Scope& scope, Diagnostics& diagnostics) : impl_(std::make_unique<Impl>(scope, diagnostics)) {}
Compiler::~Compiler() = default;

Output Compiler::add(const Text& expression, const Wanted& wanted) {
  const Checked* checked = impl_->analysis.add(expression, wanted);
  if (checked == nullptr) return {};
  int value = impl_->lowering.whole(*checked, {wanted.reference, false});
  if (checked->factor != 1) value = impl_->builder.apply(Op::multiply, value, impl_->builder.constant(checked->factor));
  return {impl_->builder.add_output(value, typed_of(checked->result, wanted.entity))};
}

const Typed& Compiler::typed(Output output) const { return impl_->builder.typed(output.index); }

Program Compiler::finish() { return impl_->builder.finish(); }

void check_scope(const Scope& scope, Diagnostics& diagnostics) {
  Analysis(scope, diagnostics, Notes::keep).check_all();
}

}  // namespace puente::rules
