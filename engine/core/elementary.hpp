// Elementary functions on a result path: ours, one implementation for bodies, tails and scalars, so that their bits
// depend on neither processor, vector width nor libm version (DESIGN 7, rule 3). Each is a short run of IEEE
// operations with explicit fused multiply-add, written without branches so that loops over it vectorise to the same
// bits. NaN passes through. Pure functions.
#pragma once

namespace puente {

double exp(double x);             ///< error < 1 ulp; overflow to inf, underflow to 0
double log(double x);             ///< error < 1 ulp; log(0) = -inf, log(negative) = NaN
double pow(double x, double y);   ///< exact for small whole y (by multiplication) and y = ±0.5; NaN for x < 0 otherwise
double inverse_normal_cdf(double p);  ///< p in (0, 1); relative error < 1e-15 or so

/// out[i] = f(x[i]); same bits as the scalar. But for exp and log, `out` may be an operand.
void exp(const double* x, unsigned long n, double* out);
void log(const double* x, unsigned long n, double* out);
void pow(const double* x, const double* y, unsigned long n, double* out);
void pow(const double* x, double y, unsigned long n, double* out);
void inverse_normal_cdf(const double* p, unsigned long n, double* out);

}  // namespace puente
