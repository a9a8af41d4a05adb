#include "engine/run/alignment_item.hpp"

#include <algorithm>
#include <cmath>

#include "engine/core/elementary.hpp"
#include "engine/core/error.hpp"
#include "engine/run/gather.hpp"
#include "engine/run/whole_labels.hpp"

namespace puente {

namespace {

constexpr int most_steps = 200;
constexpr double precision = 1e-10;  ///< of a cell's children

/// Sums of one cell: weight in each state as seen and as the model says, and of P_1², P_1 P_2, P_2².
enum Term : std::size_t { seen_0, seen_1, seen_2, said_0, said_1, said_2, square_1, cross, square_2, terms };

using Shares = std::array<double, most_alternatives>;

/// Probabilities of the alternatives at these utilities.
Shares shares(const Shares& v, std::size_t alternatives) {
  const double most = *std::max_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(alternatives));
  Shares p{};
  double sum = 0;
  for (std::size_t j = 0; j < alternatives; ++j) sum += p[j] = exp(v[j] - most);
  for (double& x : p) x /= sum;
  return p;
}

/// A normal distribution on a grid: what siblings share, of which nothing is known yet.
struct Tastes {
  explicit Tastes(double sd) {
    const int half = sd > 0 ? 16 : 0;
    double sum = 0;
    for (int g = -half; g <= half; ++g) {
      value.push_back(sd * 0.3 * g);
      weight.push_back(exp(-0.5 * 0.09 * g * g));
      sum += weight.back();
    }
    for (double& w : weight) w /= sum;
  }
  std::vector<double> value, weight;
};

class AlignmentItem : public Item {
 public:
  AlignmentItem(Study& study, std::size_t model, std::size_t threads)
      : study_(study), model_(model), tastes_(drawn().model.household_taste), sums_(threads, std::vector<ExactSum>(drawn().shift.size() * terms)) {}
  int scenario() const override { return -1; }
  bool ready() const override { return study_.data->ready() && alignment().labels_known(); }
  std::string text() const override { return "the constants of the schooling model (schooling.align)"; }
  void collect(BlockProcessor& processor, std::size_t thread) override;
  void finish(Exchange& exchange, Team&) override;

 private:
  const ConstantAlignment& alignment() const { return study_.schooling->alignment; }
  DrawnModel& drawn() const { return study_.schooling->models[model_]; }
  std::size_t alternatives() const { return study_.schooling->alternatives; }
  void add(std::vector<ExactSum>& sums, std::size_t cell, std::size_t seen, const Shares& v, double w) const;
  bool meets(std::size_t cell, const double* sum) const;
  void step(std::size_t cell, const double* sum);

  Study& study_;
  std::size_t model_;
  Tastes tastes_;
  std::vector<std::vector<ExactSum>> sums_;  ///< [cell][term]
};

void AlignmentItem::collect(BlockProcessor& processor, std::size_t thread) {
  if (!processor.faults().empty()) return;
  processor.use_model(model_);
  const BlockChildren& children = processor.children();
  const double* cells = processor.data(alignment().cell);
  for (std::size_t c = 0; c < children.size(); ++c) {
    const double cell = cells[children.person[c]];
    if (std::isnan(cell)) {
      processor.faults().add("schooling.align of a child is missing", children.id[c]);
      continue;
    }
    const std::size_t k = alignment().cell_of(cell);
    Shares v{};
    for (std::size_t j = 0; j < alternatives(); ++j) v[j] = processor.utilities()[j][c] + drawn().shift[k][j];
    add(sums_[thread], k, children.seen[c], v, processor.counted_weight(static_cast<std::size_t>(children.household[c])));
  }
}

void AlignmentItem::add(std::vector<ExactSum>& sums, std::size_t cell, std::size_t seen, const Shares& v, double w) const {
  ExactSum* of = sums.data() + cell * terms;
  Shares p{};
  double one = 0, both = 0, two = 0;
  for (std::size_t g = 0; g < tastes_.value.size(); ++g) {
    Shares at = v;
    for (std::size_t j = 1; j < alternatives(); ++j) at[j] += tastes_.value[g];
    const Shares q = shares(at, alternatives());
    for (std::size_t j = 0; j < alternatives(); ++j) p[j] += tastes_.weight[g] * q[j];
    one += tastes_.weight[g] * q[1] * q[1];
    both += tastes_.weight[g] * q[1] * q[2];
    two += tastes_.weight[g] * q[2] * q[2];
  }
  of[seen_0 + seen].add(w);
  for (std::size_t j = 0; j < alternatives(); ++j) of[said_0 + j].add(w * p[j]);
  of[square_1].add(w * one);
  of[cross].add(w * both);
  of[square_2].add(w * two);
}

bool AlignmentItem::meets(std::size_t cell, const double* sum) const {
  const double children = sum[seen_0] + sum[seen_1] + sum[seen_2];
  bool all = true;
  for (std::size_t j = 0; j < alternatives(); ++j) {
    if (children > 0 && sum[seen_0 + j] == 0)
      throw bad_input("schooling.align: no child of '" + alignment().labels[cell] + "' is in the state '" + drawn().model.alternatives[j] +
                      "', which no constant can say: align by larger cells");
    all = all && std::fabs(sum[said_0 + j] - sum[seen_0 + j]) <= precision * children;
  }
  return all;
}

/// Newton's step near the solution; else that of a contraction which leads there from anywhere (Berry 1994): the log of what is
/// seen over what is said.
void AlignmentItem::step(std::size_t cell, const double* sum) {
  const double children = sum[seen_0] + sum[seen_1] + sum[seen_2];
  if (!(children > 0)) return;
  Shares& shift = drawn().shift[cell];
  const double off_1 = sum[seen_1] - sum[said_1], off_2 = sum[seen_2] - sum[said_2];
  const double h_1 = sum[said_1] - sum[square_1], h_2 = sum[said_2] - sum[square_2];
  const bool near = std::fabs(off_1) < 0.02 * sum[seen_1] && std::fabs(off_2) <= 0.02 * sum[seen_2];
  if (near && alternatives() == 2) shift[1] += off_1 / h_1;
  else if (near) {
    const double determinant = h_1 * h_2 - sum[cross] * sum[cross];
    shift[1] += (h_2 * off_1 + sum[cross] * off_2) / determinant;
    shift[2] += (h_1 * off_2 + sum[cross] * off_1) / determinant;
  } else {
    for (std::size_t j = 1; j < alternatives(); ++j) shift[j] += log(sum[seen_0 + j] / sum[said_0 + j]) - log(sum[seen_0] / sum[said_0]);
  }
}

void AlignmentItem::finish(Exchange& exchange, Team&) {
  const std::vector<double> sums = total(sums_, exchange);
  bool all = true;
  for (std::size_t cell = 0; cell < drawn().shift.size(); ++cell) all = meets(cell, sums.data() + cell * terms) && all;
  drawn().aligned = all;
  if (all) return;
  if (++drawn().steps > most_steps)
    throw bad_input("schooling.align: " + std::to_string(most_steps) + " steps do not bring what the model says to what the data say: are its utilities far too large?");
  for (std::size_t cell = 0; cell < drawn().shift.size(); ++cell) {
    const double* sum = sums.data() + cell * terms;
    if (!meets(cell, sum)) step(cell, sum);
  }
}

/// The cells of children given by whole numbers.
class CellItem : public Item {
 public:
  CellItem(Study& study, std::size_t threads) : study_(study), alignment_(study.schooling->alignment), labels_(threads) {}
  int scenario() const override { return -1; }
  bool ready() const override { return study_.data->ready(); }
  std::string text() const override { return "schooling.align"; }
  void collect(BlockProcessor& processor, std::size_t thread) override {
    const BlockChildren& children = processor.children();
    const double* cell = processor.data(alignment_.cell);
    for (std::size_t c = 0; c < children.size(); ++c) labels_.see(thread, cell[children.person[c]], [&] { return children.id[c]; });
  }
  void finish(Exchange& exchange, Team&) override {
    labels_.finish(text(), "a cell", exchange, alignment_.values, alignment_.labels);
    if (alignment_.labels.empty()) throw bad_input("schooling.align: no child has a cell");
    for (DrawnModel& model : study_.schooling->models) model.shift.resize(alignment_.labels.size());
  }

 private:
  Study& study_;
  ConstantAlignment& alignment_;
  WholeLabels labels_;
};

}  // namespace

void add_alignment_item(Study& study, std::size_t threads, std::vector<std::unique_ptr<Item>>& items) {
  if (!study.schooling || study.schooling->aligned()) return;
  if (!study.schooling->alignment.labels_known()) return items.push_back(std::make_unique<CellItem>(study, threads));
  const std::vector<DrawnModel>& models = study.schooling->models;
  for (std::size_t m = 0; m < models.size(); ++m)
    if (!models[m].aligned) items.push_back(std::make_unique<AlignmentItem>(study, m, threads));
}

}  // namespace puente
