# Sampling errors of a small study by R's survey package, from the survey's own file: one line a figure, its name and value.
# Usage: sampled_country.R s.csv RSCALES (of the columns j1, j2, …, separated by commas).
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1])
say <- function(name, value) cat(name, "\t", sprintf("%.17g", as.numeric(value)), "\n", sep = "")

# What the scenarios do, written here once more: 12 to households with less than 100, meals worth 4 a child below 12 who goes.
d$before <- d$income / 2
d$gain <- 12 * (d$income < 100) / 2
d$meal <- 4 * (d$age < 12 & d$goes == 1)
d$grant <- ifelse(d$p == 1, 12 * (d$income < 100), 0)
d$poor <- as.numeric(d$before + d$gain < 60)
d$child <- as.numeric(d$age >= 6 & d$age <= 13)
d$pupil <- d$child * d$goes
d$served <- as.numeric(d$meal > 0)
d$young <- as.numeric(d$age < 12)

figures <- function(prefix, design) {
  s <- function(name, value) say(paste0(prefix, ".", name), value)
  s("mean", SE(svymean(~before, design)))
  s("difference of means", SE(svymean(~gain, design)))
  s("attendance", SE(svyratio(~pupil, ~child, design)))
  s("spending", SE(svytotal(~grant, design)))
  s("meals in the south", SE(svytotal(~I(meal * (region == 1)), design)))
  s("coverage", SE(svyratio(~served, ~young, design)))
  contrast <- function(by) SE(svycontrast(by, c(-1, 1)))
  s("contrast of means", contrast(svyby(~before, ~region, design, svymean, covmat = TRUE)))
  s("contrast of headcounts", contrast(svyby(~poor, ~region, design, svymean, covmat = TRUE)))
  s("contrast of attendance", contrast(svyby(~pupil, ~region, design, svyratio, denominator = ~child, covmat = TRUE)))
  s("contrast of differences", contrast(svyby(~gain, ~region, design, svymean, covmat = TRUE)))
  s("df", degf(design))
}

taylor <- svydesign(ids = ~unit, strata = ~stratum, weights = ~w, data = d, nest = TRUE)
figures("linearised", taylor)
figures("fpc", svydesign(ids = ~unit, strata = ~stratum, weights = ~w, fpc = ~there, data = d, nest = TRUE))
figures("both stages", svydesign(ids = ~unit + h, strata = ~stratum, weights = ~w, fpc = ~there + I(6 + unit), data = d, nest = TRUE))
figures("pairs", svydesign(ids = ~unit + region, strata = ~stratum, weights = ~w, fpc = ~there + I(3 + unit), data = d, nest = TRUE))
ci <- attr(svyciprop(~poor, taylor, method = "logit", df = degf(taylor)), "ci")
say("logit.lower", ci[1])
say("logit.upper", ci[2])

columns <- function(...) suppressWarnings(svrepdesign(data = d, weights = ~w, repweights = "^j[0-9]+$", combined.weights = TRUE, ...))
figures("jkn", columns(type = "JKn", scale = 1, rscales = as.numeric(strsplit(arguments[2], ",")[[1]])))
figures("brr", columns(type = "BRR"))
figures("fay", columns(type = "Fay", rho = 0.3))
figures("bootstrap", columns(type = "bootstrap"))
figures("successive", columns(type = "successive-difference"))
figures("mse", columns(type = "BRR", mse = TRUE))
