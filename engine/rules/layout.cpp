// From values to instructions: what no output needs is left out, a value that one sum or product alone reads is made in
// the same loop, single numbers come first, and registers are taken over as soon as their value was read for the last
// time (a linear scan over live ranges).
#include <algorithm>

#include "engine/rules/builder.hpp"
#include "engine/rules/instructions.hpp"

namespace puente::rules {

class Layout {
 public:
  explicit Layout(const Builder& builder) : builder_(builder), slots_(builder.values_.size()) {}

  Program run() {
    mark_needed();
    fuse();
    order();
    find_last_uses();
    for (std::size_t i = 0; i < order_.size(); ++i) emit(order_[i], i);
    cut_segments();
    emit_outputs();
    Program program;
    program.impl() = std::move(out_);
    return program;
  }

 private:
  const Value& value(int v) const { return builder_.value(v); }
  Slot& slot(int v) { return slots_[static_cast<std::size_t>(v)]; }

  void mark_needed() {
    needed_.assign(builder_.values_.size(), 0);
    for (const auto& output : builder_.outputs_) needed_[static_cast<std::size_t>(output.first)] = 1;
    for (std::size_t v = needed_.size(); v-- > 0;) {
      if (needed_[v] == 0) continue;
      for (const int operand : builder_.values_[v].in)
        if (operand >= 0) needed_[static_cast<std::size_t>(operand)] = 1;
    }
  }

  using Read = std::array<int, 4>;
  /// What an instruction reads: the value's operands; or those of the one that is fused into it, then its other ones.
  Read operands_of(int v) const {
    const Value& made = value(v);
    const int inner = inner_[static_cast<std::size_t>(v)];
    if (inner < 0) return {made.in[0], made.in[1], made.in[2], -1};
    return {value(inner).in[0], value(inner).in[1], made.in[0] == inner ? made.in[1] : made.in[0], made.in[2]};
  }

  void fuse() {
    inner_.assign(needed_.size(), -1);
    std::vector<int> uses(needed_.size(), 0);
    for (const auto& output : builder_.outputs_) ++uses[static_cast<std::size_t>(output.first)];
    for (std::size_t v = 0; v < needed_.size(); ++v)
      for (const int operand : builder_.values_[v].in)
        if (needed_[v] != 0 && operand >= 0) ++uses[static_cast<std::size_t>(operand)];
    for (std::size_t v = 0; v < needed_.size(); ++v) {
      const Value& outer = builder_.values_[v];
      const bool choice = outer.op == Op::choose;
      if (needed_[v] == 0 || outer.level == Level::constant || (operands(outer.op) != 2 && !choice)) continue;
      for (const int operand : {choice ? outer.in[0] : outer.in[1], outer.in[0]}) {
        const auto p = static_cast<std::size_t>(operand);
        if (uses[p] != 1 || value(operand).level != outer.level || inner_[p] >= 0 || operands(value(operand).op) != 2) continue;
        if (fused_kernel(outer.op, value(operand).op, 0, fits_together(static_cast<int>(v), operand)) == nullptr) continue;
        inner_[v] = operand;
        needed_[p] = 0;
        break;
      }
    }
  }

  /// Whether nothing is missing that a fused loop does not ask for; what is chosen may be missing.
  bool fits_together(int v, int inner) const { return complete(inner) && (value(v).op == Op::choose || complete(v)); }

  /// None of the value's operands is ever missing.
  bool complete(int v) const {
    const auto& in = value(v).in;
    return std::none_of(in.begin(), in.end(), [this](int operand) { return operand >= 0 && value(operand).may_be_missing; });
  }

  /// Leaves get their place at once; of the rest, single numbers go first, as they need nothing else.
  void order() {
    for (int v = 0; v < static_cast<int>(needed_.size()); ++v) {
      if (needed_[static_cast<std::size_t>(v)] == 0) continue;
      if (value(v).op <= Op::input) place_leaf(v);
      else order_.push_back(v);
    }
    std::stable_partition(order_.begin(), order_.end(), [&](int v) { return value(v).level == Level::constant; });
  }

  void place_leaf(int v) {
    const Value& leaf = value(v);
    if (leaf.op == Op::parameter) {
      slot(v) = {Slot::Kind::parameter, leaf.aux};
      out_.parameters.push_back(leaf.aux);
    } else if (leaf.op == Op::constant) {
      slot(v) = {Slot::Kind::constant, static_cast<int>(out_.constants.size())};
      out_.constants.push_back(leaf.constant);
    } else {
      slot(v) = {Slot::Kind::input, static_cast<int>(out_.inputs.size())};
      out_.inputs.push_back(builder_.inputs_[static_cast<std::size_t>(leaf.aux)]);
    }
  }

  void find_last_uses() {
    last_use_.assign(needed_.size(), -1);
    for (std::size_t i = 0; i < order_.size(); ++i)
      for (const int operand : operands_of(order_[i]))
        if (operand >= 0) last_use_[static_cast<std::size_t>(operand)] = static_cast<int>(i);
    for (const auto& output : builder_.outputs_)
      last_use_[static_cast<std::size_t>(output.first)] = static_cast<int>(order_.size());
  }

  void emit(int v, std::size_t position) {
    const Value& made = value(v);
    Instruction instruction;
    instruction.op = made.op;
    instruction.level = made.level;
    instruction.aux = renumbered(made);
    unsigned singles = 0;
    const Read in = operands_of(v);
    for (std::size_t k = 0; k < in.size(); ++k) {
      if (in[k] < 0) continue;
      instruction.in[k] = slot(in[k]);
      if (instruction.in[k].single()) singles |= 1U << k;
    }
    const int inner = inner_[static_cast<std::size_t>(v)];
    if (inner >= 0) instruction.kernel = fused_kernel(made.op, value(inner).op, singles, fits_together(v, inner));
    else if (has_kernel(made.op)) instruction.kernel = kernel_of(made.op, singles, complete(v));
    const bool in_place = made.op != Op::exp && made.op != Op::log;
    if (in_place) release_operands(in, position);
    slot(v) = instruction.out = take_register(made.level);
    if (!in_place) release_operands(in, position);
    out_.instructions.push_back(instruction);
  }

  int renumbered(const Value& made) {
    if (made.op == Op::uniform) return kept(purposes_, made.aux, builder_.purposes_, out_.purposes);
    if (made.op < Op::global_number) return -1;
    return kept(globals_, made.aux, builder_.globals_, out_.globals);
  }

  template <class T>
  static int kept(std::vector<int>& places, int index, const std::vector<T>& from, std::vector<T>& to) {
    places.resize(from.size(), -1);
    int& place = places[static_cast<std::size_t>(index)];
    if (place < 0) {
      place = static_cast<int>(to.size());
      to.push_back(from[static_cast<std::size_t>(index)]);
    }
    return place;
  }

  std::vector<int>& free_registers(Slot::Kind kind) { return kind == Slot::Kind::person ? free_person_ : free_household_; }

  void release_operands(const Read& in, std::size_t position) {
    for (std::size_t k = 0; k < in.size(); ++k) {
      const int v = in[k];
      const bool again = std::find(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(k), v) !=
                         in.begin() + static_cast<std::ptrdiff_t>(k);
      if (v < 0 || again || last_use_[static_cast<std::size_t>(v)] != static_cast<int>(position)) continue;
      const Slot::Kind kind = slot(v).kind;
      if (kind == Slot::Kind::household || kind == Slot::Kind::person) free_registers(kind).push_back(slot(v).index);
    }
  }

  Slot take_register(Level level) {
    if (level == Level::constant) return {Slot::Kind::scalar, static_cast<int>(out_.scalars++)};
    const Slot::Kind kind = level == Level::person ? Slot::Kind::person : Slot::Kind::household;
    auto& free = free_registers(kind);
    auto& count = kind == Slot::Kind::person ? out_.person_registers : out_.household_registers;
    if (free.empty()) return {kind, static_cast<int>(count++)};
    const int index = free.back();
    free.pop_back();
    return {kind, index};
  }

  void cut_segments() {
    for (std::size_t i = 0; i < out_.instructions.size(); ++i) {
      const Level level = out_.instructions[i].level;
      if (out_.segments.empty() || out_.segments.back().level != level) out_.segments.push_back({level, i, i});
      out_.segments.back().end = i + 1;
    }
  }

  void emit_outputs() {
    for (const auto& [v, typed] : builder_.outputs_)
      out_.outputs.push_back({slot(v), typed, value(v).may_be_missing, value(v).op == Op::fill});
  }

  const Builder& builder_;
  std::vector<Slot> slots_;
  std::vector<char> needed_;
  std::vector<int> inner_;          ///< the value that is fused into each; -1: none
  std::vector<int> order_, last_use_;
  std::vector<int> free_household_, free_person_;
  std::vector<int> purposes_, globals_;
  Program::Impl out_;
};

Program Builder::finish() { return Layout(*this).run(); }

}  // namespace puente::rules
