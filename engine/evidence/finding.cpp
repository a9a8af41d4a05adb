#include "engine/evidence/finding.hpp"

#include <array>
#include <cmath>

#include "engine/core/error.hpp"

namespace puente {

const std::vector<std::string>& names_of_forms() {
  static const std::vector<std::string> names = {"point", "level", "at_least", "at_most", "range", "sign", "null", "contradictory"};
  return names;
}

const std::vector<std::string>& names_of_roles() {
  static const std::vector<std::string> names = {"input", "calibrated", "implied", "predicted", "held_out", "not_identified", "not_modelled_yet"};
  return names;
}

const char* name_of(Verdict verdict) {
  constexpr std::array<const char*, 11> names = {"closes", "DOES NOT CLOSE", "predicted inside", "predicted outside",
                                                 "sign agrees", "sign differs", "null agrees", "null differs",
                                                 "not comparable", "not modelled yet", "contradictory in the source"};
  return names[static_cast<std::size_t>(verdict)];
}

std::string Finding::published() const {
  switch (form) {
    case FindingForm::point:
    case FindingForm::level: return shortest(low);
    case FindingForm::at_least: return ">= " + shortest(low);
    case FindingForm::at_most: return "<= " + shortest(high);
    case FindingForm::range: return shortest(low) + " to " + shortest(high);
    case FindingForm::sign: return sign > 0 ? "+" : "-";
    case FindingForm::null: return "0";
    default: return "+ and -";
  }
}

namespace {

bool agrees(const Finding& finding, double simulated) {
  switch (finding.form) {
    case FindingForm::sign: return finding.sign > 0 ? simulated > nothing : simulated < -nothing;
    case FindingForm::null: return std::abs(simulated) <= std::max(nothing, finding.tolerance);
    case FindingForm::at_least: return simulated >= finding.low - finding.tolerance;
    case FindingForm::at_most: return simulated <= finding.high + finding.tolerance;
    default: return simulated >= finding.low - finding.tolerance && simulated <= finding.high + finding.tolerance;
  }
}

}  // namespace

Verdict judge(const Finding& finding, double simulated) {
  if (finding.form == FindingForm::contradictory) return Verdict::contradictory;
  if (finding.role == FindingRole::not_identified) return Verdict::not_comparable;
  if (finding.role == FindingRole::not_modelled_yet) return Verdict::not_modelled_yet;
  const bool good = agrees(finding, simulated);
  if (finding.closure()) return good ? Verdict::closes : Verdict::does_not_close;
  if (finding.form == FindingForm::sign) return good ? Verdict::sign_agrees : Verdict::sign_differs;
  if (finding.form == FindingForm::null) return good ? Verdict::null_agrees : Verdict::null_differs;
  return good ? Verdict::predicted_inside : Verdict::predicted_outside;
}

}  // namespace puente
