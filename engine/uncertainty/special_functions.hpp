// The distribution functions that draws of parameters need, made of engine/core/elementary.hpp alone so that their bits depend
// on no libm (DESIGN 7, rule 3). Pure functions.
#pragma once

namespace puente {

/// P(Z <= z) of a standard normal Z; relative error about 1e-14, in the lower tail too.
double normal_cdf(double z);

/// ln Γ(x) for x > 0; absolute error about 1e-15 (1 + |result|).
double log_gamma(double x);

/// The regularised incomplete beta function I_x(a, b), x in [0, 1], a and b > 0.
double incomplete_beta(double a, double b, double x);

/// x with I_x(a, b) = p, for p in (0, 1).
double inverse_incomplete_beta(double a, double b, double p);

}  // namespace puente
