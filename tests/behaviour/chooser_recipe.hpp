// A recipe of children who choose between school and work by known parameters: what an estimation must give back.
#pragma once

#include <string>

namespace puente::test {

/// One child a household; α = (−0.2, 0.5, 0.9), M = 0.75, D = 0.7, K = 1. Money is in units of its own.
inline const char* const choosers = R"(format = 1
title = "Children who choose"
[population]
households = 20000
[population.recipe]
seed = 5
persons = '1'
[population.recipe.household]
weight = { value = '0.5 + uniform("weight")', type = "f64" }
area = { value = 'if(uniform("area") < 0.4, 1, 0)', type = "i8", labels = ["urban", "rural", "nomadic"] }
psu = { value = 'floor(300*uniform("psu"))', type = "i32" }
stratum = { value = 'floor(psu/60)', type = "i32" }
others = { value = 'exp(0.3*normal("income"))', type = "f64" }
income = { value = 'others + sum(earned)', type = "f64" }
[population.recipe.person]
age = { value = 'floor(10 + 8*uniform("age"))', type = "i8" }
skill = { value = 'normal("skill")', type = "f64" }
w = { value = 'exp(-0.3 + 0.4*skill + 0.2*area)', type = "f64" }
u0 = { value = '-0.2*(others + w) - log(-log(uniform("v0")))', type = "f64" }
u1 = { value = '-0.9 + 0.1*(age - 13) - 0.3*area + 0.5*(others + 0.75*w) - log(-log(uniform("v1")))', type = "f64" }
u2 = { value = '0.2 - 0.2*(age - 13) + 0.6*area + 0.9*(others + 0.7*w) - log(-log(uniform("v2")))', type = "f64" }
attends = { value = 'max(u1, u2) > u0' }
works = { value = 'if(attends, u1 >= u2, chance(0.6, "works out of school"))' }
earned = { value = 'if(works, if(attends, 0.75, 1)*w*exp(0.4*normal("earning")), 0)', type = "f64" }
[welfare]
resource = 'income'
pass_through = { income = 1 }
[schooling]
children = 'age >= 10'
works = 'works'
earnings = 'earned'
[schooling.covariates]
age = 'age - 13'
area = 'area'
[schooling.earnings_covariates]
skill = 'skill'
area = 'area'
[run]
seed = 1
)";

inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  return at == std::string::npos ? "'" + from + "' is not there" : text.replace(at, from.size(), to);
}

}  // namespace puente::test
