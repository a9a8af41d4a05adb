// Influence of poverty measures (influence.hpp says what that is), with lines that are fixed, or that are estimated from the
// same sample (60 % of the median): then the line's own sampling error counts (ARPR).
//
// A record's line z_i is what the measure is computed with. An estimated line moves all z_i in one proportion; `Line::own`
// holds its contributions relative to its value, d ln z, over the records it was estimated from (all of them, where the
// measure is of a group), which are those of the measure's records too.
#pragma once

#include "engine/statistics/influence.hpp"

namespace puente {

struct InfluenceLine {
  std::span<const double> z;             ///< [n], a line a record
  const Contributions* own = nullptr;    ///< d ln z of an estimated line; null: fixed
};

/// d ln z of a line that is a share of a quantile, or of the mean, of `everyone`; the share itself cancels.
Contributions quantile_line(const OrderedWelfare& everyone, double p);
Contributions mean_line(const OrderedWelfare& everyone);

/// α = 0, 1, 2. A headcount moves with an estimated line by the density of y/z at 1 (for one line z: z f(z)), with the
/// bandwidth of the line's own records' group: `w`'s.
Contributions fgt_contributions(const OrderedWelfare& w, const InfluenceLine& line, int alpha);
/// The logs of positive values over all weights.
Contributions watts_contributions(const OrderedWelfare& w, const InfluenceLine& line);
Contributions poor_contributions(const OrderedWelfare& w, const InfluenceLine& line);       ///< number of poor persons
Contributions total_gap_contributions(const OrderedWelfare& w, const InfluenceLine& line);  ///< in money

/// Sen's H (I + (1 − I) G of the poor) and Sen-Shorrocks-Thon's H I (1 + G of the gaps); fixed lines only.
double sen(const OrderedWelfare& w, std::span<const double> z);
double sen_shorrocks_thon(const OrderedWelfare& w, std::span<const double> z);
Contributions sen_contributions(const OrderedWelfare& w, std::span<const double> z);
Contributions sen_shorrocks_thon_contributions(const OrderedWelfare& w, std::span<const double> z);

}  // namespace puente
