#include "engine/run/contrasts.hpp"

#include <algorithm>
#include <optional>

namespace puente {

namespace {

const std::string minus = " - ";

std::size_t place_of(const std::string& group, const std::vector<std::string>& groups) {
  return static_cast<std::size_t>(std::find(groups.begin(), groups.end(), group) - groups.begin());
}

/// One way to cut a text in two: names, and where they stand in it.
struct Cut {
  struct Side {
    std::string name;
    std::size_t at = 0, group = 0;  ///< group: the number of groups where it is none
  };
  Side first, second;
};

Cut::Side side_of(const std::string& text, std::size_t begin, std::size_t end, const std::vector<std::string>& groups) {
  while (begin < end && text[begin] == ' ') ++begin;
  while (end > begin && text[end - 1] == ' ') --end;
  const std::string name = text.substr(begin, end - begin);
  return {name, begin, place_of(name, groups)};
}

/// Every way, from left to right.
std::vector<Cut> cuts_of(const std::string& text, const std::vector<std::string>& groups) {
  std::vector<Cut> cuts;
  for (std::size_t at = text.find(minus); at != std::string::npos; at = text.find(minus, at + 1))
    cuts.push_back({side_of(text, 0, at, groups), side_of(text, at + minus.size(), text.size(), groups)});
  return cuts;
}

class Finder {
 public:
  Finder(const std::vector<std::string>& groups, std::size_t fixed, Diagnostics& diagnostics) : groups_(groups), fixed_(fixed), diagnostics_(diagnostics) {}
  std::vector<Contrast> find(const std::vector<rules::Text>& asked) {
    for (const rules::Text& text : asked)
      if (const auto cut = cut_of(text)) add(text, *cut);
    return std::move(found_);
  }

 private:
  std::size_t known(const Cut& cut) const { return (cut.first.group < groups_.size() ? 1 : 0) + (cut.second.group < groups_.size() ? 1 : 0); }
  void mistake(const rules::Text& text, std::size_t at, const std::string& message) { diagnostics_.add(text.error(at, message)); }
  std::optional<Cut> cut_of(const rules::Text& text);
  bool is_fixed(const rules::Text& text, const Cut::Side& side);
  void add(const rules::Text& text, const Cut& cut);

  const std::vector<std::string>& groups_;
  std::size_t fixed_;
  Diagnostics& diagnostics_;
  std::vector<Contrast> found_;
};

/// The way in which most of the two are groups.
std::optional<Cut> Finder::cut_of(const rules::Text& text) {
  const std::vector<Cut> cuts = cuts_of(text.text, groups_);
  const auto better = [this](const Cut& a, const Cut& b) { return known(a) < known(b); };
  const auto best = std::max_element(cuts.begin(), cuts.end(), better);
  if (best == cuts.end()) {
    mistake(text, 0, "'" + text.text + "' is no contrast: write two groups with ' - ' between them, as in 'area=rural - area=urban'");
    return std::nullopt;
  }
  if (std::count_if(cuts.begin(), cuts.end(), [this](const Cut& cut) { return known(cut) == 2; }) < 2) return *best;
  mistake(text, 0, "'" + text.text + "' can be read in two ways, as labels of groups hold ' - ' themselves: give the labels other names");
  return std::nullopt;
}

bool Finder::is_fixed(const rules::Text& text, const Cut::Side& side) {
  if (side.group < fixed_) return true;
  if (side.group < groups_.size()) {
    mistake(text, side.at, "'" + side.name + "' is a group of each scenario's own: a contrast is of two groups that are the same in all scenarios");
    return false;
  }
  const std::string near = nearest(side.name, groups_);
  mistake(text, side.at, "there is no group '" + side.name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  return false;
}

void Finder::add(const rules::Text& text, const Cut& cut) {
  const bool first_fixed = is_fixed(text, cut.first), second_fixed = is_fixed(text, cut.second);
  if (!first_fixed || !second_fixed) return;
  const Contrast contrast{cut.first.name + minus + cut.second.name, cut.first.group, cut.second.group};
  const bool twice = std::any_of(found_.begin(), found_.end(), [&](const Contrast& other) { return other.label == contrast.label; });
  if (contrast.first == contrast.second) mistake(text, 0, "a contrast is of two groups: '" + contrast.label + "' names one twice");
  else if (twice || place_of(contrast.label, groups_) < groups_.size()) mistake(text, 0, "there are two groups '" + contrast.label + "': name it once");
  else found_.push_back(contrast);
}

void extend(const std::vector<Contrast>& contrasts, const GroupAxis& axis, Variable& variable) {
  const bool bound = variable.name.ends_with("_error_bound");
  const std::size_t row = axis.size * axis.inner;
  std::vector<double> values;
  values.reserve(variable.values.size() / axis.size * (axis.size + contrasts.size()));
  for (std::size_t from = 0; from < variable.values.size(); from += row) {
    const double* figures = variable.values.data() + from;
    values.insert(values.end(), figures, figures + row);
    for (const Contrast& contrast : contrasts)
      for (std::size_t k = 0; k < axis.inner; ++k) {
        const double first = figures[contrast.first * axis.inner + k], second = figures[contrast.second * axis.inner + k];
        values.push_back(bound ? first + second : first - second);
      }
  }
  variable.values = std::move(values);
}

}  // namespace

std::vector<Contrast> find_contrasts(const std::vector<rules::Text>& asked, const std::vector<std::string>& groups, std::size_t fixed, Diagnostics& diagnostics) {
  return Finder(groups, fixed, diagnostics).find(asked);
}

void add_contrasts(const std::vector<Contrast>& contrasts, Results& results) {
  if (contrasts.empty()) return;
  for (auto* variables : {&results.variables, &results.differences})
    for (Variable& variable : *variables)
      if (const GroupAxis axis = results.group_axis(variable); axis.size > 0) extend(contrasts, axis, variable);
  const auto group = std::find_if(results.dimensions.begin(), results.dimensions.end(), [](const Dimension& d) { return d.name == "group"; });
  for (const Contrast& contrast : contrasts) group->labels.push_back(contrast.label);
  group->long_name += "; FIRST - SECOND is the figure of one group less that of another (error bounds add up)";
}

std::size_t first_contrast(const std::vector<std::string>& groups) {
  const auto is_contrast = [&groups](const std::string& label) {
    const std::vector<Cut> cuts = cuts_of(label, groups);
    return std::any_of(cuts.begin(), cuts.end(), [&](const Cut& cut) { return cut.first.group < groups.size() && cut.second.group < groups.size(); });
  };
  std::size_t first = groups.size();
  while (first > 0 && is_contrast(groups[first - 1])) --first;
  return first;
}

}  // namespace puente
