// Runs a program over the rows of a block: segment by segment, in chunks that stay in the first cache.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/random.hpp"
#include "engine/rules/instructions.hpp"

namespace puente::rules {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t chunk_rows = 1024;

/// Rows of one register, a little more than asked so that registers do not all begin at the same place of a page.
std::size_t padded(std::size_t rows) { return (rows + 7) / 8 * 8 + 40; }

class Registers {
 public:
  void fit(std::size_t count, std::size_t rows) {
    stride_ = padded(rows);
    if (values_.size() < count * stride_) values_.resize(count * stride_);
  }
  double* column(int index) { return values_.data() + static_cast<std::size_t>(index) * stride_; }

 private:
  std::vector<double> values_;
  std::size_t stride_ = 0;
};

}  // namespace

struct Workspace::Impl {
  Registers household, person;
  std::vector<double> scalars;
  std::vector<std::int64_t> ids = std::vector<std::int64_t>(chunk_rows);
  std::vector<const double*> outputs;
};

namespace {

struct Members {
  const std::int32_t* begin;
  const double* x;
  const double* where;
};

struct Sum {
  double total = 0;
  void add(double x, bool in) { total += in ? x : 0.0; }
  double value() const { return total; }
};

struct Largest {
  double best = missing;
  void add(double x, bool in) { best = (in & !(best >= x)) ? x : best; }
  double value() const { return best; }
};

struct Smallest {
  double best = missing;
  void add(double x, bool in) { best = (in & !(best <= x)) ? x : best; }
  double value() const { return best; }
};

/// A member who is missing, or of whom it is not known whether to take part, makes the result missing.
template <class Tally, bool filtered>
double over(const Members& members, std::int32_t begin, std::int32_t end) {
  Tally tally;
  bool unknown = false;
  for (std::int32_t p = begin; p < end; ++p) {
    const double x = members.x[p];
    const double w = filtered ? members.where[p] : 1.0;
    tally.add(x, w == 1);
    unknown |= (w != w) | ((w == 1) & (x != x));
  }
  return unknown ? missing : tally.value();
}

template <class Tally, bool filtered>
void aggregate(const Members& members, std::size_t first, std::size_t last, double* out) {
  for (std::size_t h = first; h < last; ++h) out[h] = over<Tally, filtered>(members, members.begin[h], members.begin[h + 1]);
}

template <class Tally>
void aggregate_any(const Members& members, std::size_t first, std::size_t last, double* out) {
  if (members.where == nullptr) aggregate<Tally, false>(members, first, last, out);
  else aggregate<Tally, true>(members, first, last, out);
}

/// Sums where nothing is missing, member by member: households are too small for a loop of their own. False where something is.
template <bool filtered>
bool sum_members(const Members& members, const std::int32_t* household_of, std::size_t first, std::size_t last, double* out) {
  const std::int32_t begin = members.begin[first], end = members.begin[last];
  std::int64_t unknown = 0;
  for (std::int32_t p = begin; p < end; ++p) {
    const double x = members.x[p], w = filtered ? members.where[p] : 1.0;
    unknown |= (w != w) | ((w == 1) & (x != x)) ? -1 : 0;
  }
  if (unknown != 0) return false;
  std::fill(out + first, out + last, 0.0);
  for (std::int32_t p = begin; p < end; ++p) out[household_of[p]] += !filtered || members.where[p] == 1 ? members.x[p] : 0.0;
  return true;
}

double number_of(const GlobalValue& global) { return global.values.empty() ? missing : global.values.front(); }

/// Mid-rank of x. A value that is not in the table (it comes from another world) stands between its neighbours.
double rank_of(const GlobalValue& table, double x) {
  if (x != x || table.keys.empty()) return missing;
  const auto at = static_cast<std::size_t>(std::lower_bound(table.keys.begin(), table.keys.end(), x) - table.keys.begin());
  if (at < table.keys.size() && table.keys[at] == x) return table.values[at];
  if (at == 0) return 0;
  if (at == table.keys.size()) return 1;
  return 0.5 * (table.values[at - 1] + table.values[at]);
}

double value_by(const GlobalValue& global, double label) {
  const bool inside = label >= 0 && label < static_cast<double>(global.values.size());
  return inside ? global.values[static_cast<std::size_t>(label)] : missing;
}

class Evaluation {
 public:
  Evaluation(const Program::Impl& program, const Rows& rows, const Context& context, Workspace::Impl& workspace)
      : program_(program), rows_(rows), context_(context), workspace_(workspace) {}

  void run() {
    expect(context_.inputs.size() >= program_.inputs.size(), "a program gets all its inputs");
    expect(context_.globals.size() >= program_.globals.size(), "a program gets all its globals");
    workspace_.household.fit(program_.household_registers, rows_.households);
    workspace_.person.fit(program_.person_registers, rows_.persons);
    if (workspace_.scalars.size() < program_.scalars) workspace_.scalars.resize(program_.scalars);
    for (const Segment& segment : program_.segments) run_segment(segment);
    workspace_.outputs.resize(program_.outputs.size());
    for (std::size_t i = 0; i < program_.outputs.size(); ++i) workspace_.outputs[i] = values(program_.outputs[i].slot);
  }

 private:
  std::size_t rows_of(Level level) const {
    return level == Level::constant ? 1 : rows_.count(entity_of(level));
  }

  void run_segment(const Segment& segment) {
    const std::size_t rows = rows_of(segment.level);
    for (std::size_t first = 0; first < rows; first += chunk_rows) {
      const std::size_t last = std::min(rows, first + chunk_rows);
      for (std::size_t i = segment.begin; i < segment.end; ++i) execute(program_.instructions[i], first, last);
    }
  }

  const double* values(const Slot& slot) const {
    const auto index = static_cast<std::size_t>(slot.index);
    switch (slot.kind) {
      case Slot::Kind::none: return nullptr;
      case Slot::Kind::constant: return &program_.constants[index];
      case Slot::Kind::parameter: return &context_.parameters[index];
      case Slot::Kind::input: return context_.inputs[index];
      default: return place(slot);
    }
  }

  double* place(const Slot& slot) const {
    if (slot.kind == Slot::Kind::scalar) return &workspace_.scalars[static_cast<std::size_t>(slot.index)];
    return slot.kind == Slot::Kind::person ? workspace_.person.column(slot.index) : workspace_.household.column(slot.index);
  }

  void execute(const Instruction& instruction, std::size_t first, std::size_t last) {
    double* const out = place(instruction.out);
    if (instruction.kernel == nullptr) {
      special(instruction, first, last, out);
      return;
    }
    Operands in{};
    for (std::size_t k = 0; k < in.size(); ++k) {
      const Slot& slot = instruction.in[k];
      if (slot.kind != Slot::Kind::none) in[k] = values(slot) + (slot.single() ? 0 : first);
    }
    instruction.kernel(in, last - first, out + first);
  }

  void special(const Instruction& instruction, std::size_t first, std::size_t last, double* out) {
    const double* const x = values(instruction.in[0]);
    switch (instruction.op) {
      case Op::broadcast:
        for (std::size_t p = first; p < last; ++p) out[p] = x[rows_.household_of[p]];
        return;
      case Op::uniform: draw(instruction, first, last, out); return;
      case Op::global_number: out[0] = number_of(global(instruction)); return;
      case Op::global_rank:
        for (std::size_t i = first; i < last; ++i) out[i] = rank_of(global(instruction), x[i]);
        return;
      case Op::global_by:
        for (std::size_t i = first; i < last; ++i) out[i] = value_by(global(instruction), x[i]);
        return;
      default: over_members(instruction, first, last, out);
    }
  }

  const GlobalValue& global(const Instruction& instruction) const {
    return context_.globals[static_cast<std::size_t>(instruction.aux)];
  }

  void over_members(const Instruction& instruction, std::size_t first, std::size_t last, double* out) const {
    const Members members{rows_.person_begin, values(instruction.in[0]), values(instruction.in[1])};
    switch (instruction.op) {
      case Op::sum:
        if (members.where == nullptr ? sum_members<false>(members, rows_.household_of, first, last, out)
                                     : sum_members<true>(members, rows_.household_of, first, last, out))
          return;
        aggregate_any<Sum>(members, first, last, out);
        return;
      case Op::largest: aggregate_any<Largest>(members, first, last, out); return;
      case Op::smallest: aggregate_any<Smallest>(members, first, last, out); return;
      case Op::head:
        for (std::size_t h = first; h < last; ++h)
          out[h] = members.begin[h] < members.begin[h + 1] ? members.x[members.begin[h]] : missing;
        return;
      default:
        for (std::size_t h = first; h < last; ++h) out[h] = members.begin[h + 1] - members.begin[h];
    }
  }

  void draw(const Instruction& instruction, std::size_t first, std::size_t last, double* out) {
    const std::uint64_t key = purpose_key(context_.seed, program_.purposes[static_cast<std::size_t>(instruction.aux)]);
    const std::size_t n = last - first;
    if (instruction.level == Level::household) {
      draw_uniforms(key, n, rows_.id + first, nullptr, context_.replicate, out + first);
      return;
    }
    for (std::size_t i = 0; i < n; ++i) workspace_.ids[i] = rows_.id[rows_.household_of[first + i]];
    draw_uniforms(key, n, workspace_.ids.data(), rows_.line + first, context_.replicate, out + first);
  }

  const Program::Impl& program_;
  const Rows& rows_;
  const Context& context_;
  Workspace::Impl& workspace_;
};

}  // namespace

Workspace::Workspace() : impl_(std::make_unique<Impl>()) {}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;

Program::Program() : impl_(std::make_unique<Impl>()) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

const std::vector<Input>& Program::inputs() const { return impl_->inputs; }
const std::vector<int>& Program::parameters() const { return impl_->parameters; }
const std::vector<Global>& Program::globals() const { return impl_->globals; }

const Typed& Program::typed(Output output) const { return impl_->outputs.at(static_cast<std::size_t>(output.index)).typed; }

bool Program::may_be_missing(Output output) const {
  return impl_->outputs.at(static_cast<std::size_t>(output.index)).may_be_missing;
}

bool Program::same_for_all(Output output) const {
  return impl_->outputs.at(static_cast<std::size_t>(output.index)).same_for_all;
}

void Program::run(const Rows& rows, const Context& context, Workspace& workspace) const {
  Evaluation(*impl_, rows, context, workspace.impl()).run();
}

const double* Program::result(Output output, const Workspace& workspace) const {
  return const_cast<Workspace&>(workspace).impl().outputs.at(static_cast<std::size_t>(output.index));
}

}  // namespace puente::rules
