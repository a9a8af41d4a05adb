// Against R 4.2.2: pnorm, lgamma, pbeta, qbeta with 17 digits.
#include "engine/uncertainty/special_functions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace puente {
namespace {

/// An argument and R's value there.
struct Known {
  double at, value;
};

TEST(SpecialFunctions, NormalCdfIsRsPnorm) {
  for (const auto& [z, p] : {Known{-10, 7.6198530241605269e-24}, {-3, 0.0013498980316300946}, {-2.5, 0.0062096653257761349},
                             {-1, 0.15865525393145705}, {0.3, 0.61791142218895267}, {2.2, 0.98609655248650141}, {4, 0.99996832875816688}})
    EXPECT_NEAR(normal_cdf(z) / p, 1.0, 2e-14) << z;
}

TEST(SpecialFunctions, NormalCdfHasNoStepWhereItsSeriesEnd) {
  for (const double z : {-2.5, 2.5}) {
    const double step = 1e-9, slope = std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
    EXPECT_NEAR((normal_cdf(z + step) - normal_cdf(z - step)) / (2 * step), slope, 1e-6);
  }
}

TEST(SpecialFunctions, LogGammaIsRsLgamma) {
  for (const auto& [x, value] : {Known{0.01, 4.5994798780420219}, {0.5, 0.57236494292470008}, {3.3, 0.98709857789473443},
                                 {12, 17.50230784587389}, {150.5, 602.51395487058528}})
    EXPECT_NEAR(log_gamma(x), value, 4e-15 * (1 + value)) << x;
}

TEST(SpecialFunctions, IncompleteBetaIsRsPbeta) {
  for (const auto& [x, p] : {Known{.1, 0.43331004733423462}, {.5, 0.72757155927005224}, {.95, 0.95414637117155121}})
    EXPECT_NEAR(incomplete_beta(.3, .7, x), p, 1e-14);
  for (const auto& [x, p] : {Known{.1, 0.114265}, {.5, 0.890625}, {.95, 0.999998203125}})
    EXPECT_NEAR(incomplete_beta(2, 5, x), p, 1e-14);
  EXPECT_EQ(incomplete_beta(2, 5, 0), 0.0);
  EXPECT_EQ(incomplete_beta(2, 5, 1), 1.0);
}

struct KnownBeta {
  double a, b;
  std::vector<double> quantiles;  ///< at 1e-6, 0.025, 0.5, 0.9, 0.999999
};

TEST(SpecialFunctions, InverseIncompleteBetaIsRsQbeta) {
  const double at[] = {1e-6, .025, .5, .9, .999999};
  for (const auto& [a, b, quantiles] :
       {KnownBeta{2, 5, {0.00025828782935406378, 0.043271868292741683, 0.26444998329565994, 0.51031630655149163, 0.95557304802992427}},
        KnownBeta{.3, .7, {1.6635847967496982e-20, 7.6005358168401625e-06, 0.1587746869785015, 0.85407807518267764, 0.99999998880597951}},
        KnownBeta{200, 50, {0.66498945006616172, 0.74832381111100854, 0.80080084432430254, 0.83183982967834114, 0.901333633341736}},
        KnownBeta{40000, 60000, {0.39265081481644187, 0.39696555317149462, 0.39999933333073256, 0.40198579572316984, 0.40737797690419764}}})
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(inverse_incomplete_beta(a, b, at[i]) / quantiles[i], 1.0, 1e-9) << a << " " << at[i];
}

TEST(SpecialFunctions, InverseIncompleteBetaUndoesIt) {
  for (const double a : {0.05, 0.5, 1.0, 3.0, 80.0})
    for (const double b : {0.05, 1.0, 7.0, 900.0})
      for (const double p : {1e-9, 0.01, 0.3, 0.77, 0.9999}) {
        const double x = inverse_incomplete_beta(a, b, p);
        if (x > 1 - 1e-12) continue;  // doubles are too coarse there
        EXPECT_NEAR(incomplete_beta(a, b, x), p, 1e-11) << a << " " << b << " " << p;
      }
}

}  // namespace
}  // namespace puente
