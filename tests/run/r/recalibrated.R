# Jackknife errors of a survey that is calibrated anew in each replicate, by R's survey package: one line a figure, its name and value.
# Usage: recalibrated.R s.csv (persons; a household's are two)
suppressPackageStartupMessages(library(survey))
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
say <- function(name, value) cat(name, "\t", sprintf("%.17g", as.numeric(value)), "\n", sep = "")

# Of households, as one weight is one household's.
young <- tapply(d$age < 11, d$h, sum)
h <- d[d$p == 1, ]
h$young <- as.numeric(young[as.character(h$h)])
h$south <- as.numeric(h$region == 1)
h$north <- 1 - h$south
h$mean <- h$income / 2
h$gain <- 12 * (h$income < 100) / 2
h$spent <- 12 * (h$income < 100)

sample <- as.svrepdesign(svydesign(ids = ~unit, strata = ~stratum, weights = ~w, data = h, nest = TRUE), type = "JKn")
calibrated <- calibrate(sample, ~0 + south + north + young, population = c(2200, 1900, 2600), calfun = "logit", bounds = c(0.5, 2), epsilon = 1e-12, maxit = 200)
say("mean of all", coef(svymean(~mean, calibrated)))
say("mean", SE(svymean(~mean, calibrated)))
say("difference of means", SE(svymean(~gain, calibrated)))
say("spending", SE(svytotal(~spent, calibrated)))
