// Reads [prices]: what brings money of other dates and currencies to one. Every table says its source.
//   year = 2018                                    date of money without one
//   [prices.cpi.ZMW]       index = { 2015 = 100, 2018 = 127.6 }, source
//   [prices.ppp.ZMW]       factors = { 2017 = 5.0 }, source; to = "PPP"         local currency an international dollar
//   [prices.exchange.ZMW]  factors = { 2018 = 10.4 }, source, to = "USD"        local currency a unit of the other
//   [prices.regional.NAME] by = 'province', index = { Lusaka = 1.1 }, otherwise = 1, source: makes a variable NAME, the
//                          region's prices over the country's, by which an expression divides money
#pragma once

#include <vector>

#include "engine/rules/rules.hpp"
#include "io/survey/toml_view.hpp"

namespace puente::io {

/// Into `prices`; the variables of regions are added to `variables`.
void read_prices(TomlFile& file, TomlView& root, Prices& prices, std::vector<rules::Variable>& variables);

}  // namespace puente::io
