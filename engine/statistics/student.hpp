// Quantiles of Student's t: the tail by the continued fraction of the incomplete beta function, solved by Newton's method;
// beyond 5,000 degrees of freedom by Cornish and Fisher's expansion about the normal. Relative error < 1e-12. Pure.
#pragma once

namespace puente {

/// t with P(T ≤ t) = p, p in (0, 1), for df > 0 degrees of freedom (infinite: the normal).
double student_quantile(double p, double df);
/// P(T > t), t >= 0.
double student_tail(double t, double df);

}  // namespace puente
