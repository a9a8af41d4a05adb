// The coefficients of a schooling model as parameters of a study, so that draws of the parameters draw them too: together a
// multivariate normal with the covariance of the model's file, and one factor of the variance.
#pragma once

#include "engine/programmes/model.hpp"

namespace puente {

/// The factor's name.
inline const std::string schooling_factor = "schooling model";

/// Adds them after the study's own parameters (StudyModel::coefficients says how many), named "schooling." and their own name.
/// Those without a variance are the same in all draws; of a model without any, none is added. What the file gives no covariance
/// of is drawn independently of all others. Throws Error (bad_input) on a covariance that cannot be.
void add_coefficients(StudyModel& model);

/// Takes them out.
void take_coefficients(StudyModel& model);

/// How they are drawn, for those who read the results; empty where none is.
std::string words_of_coefficients(const StudyModel& model);

}  // namespace puente
