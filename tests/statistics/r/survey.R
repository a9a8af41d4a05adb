# Sampling errors by R's survey package, of records that the test wrote: one line a figure, its name and value.
# Usage: survey.R records.csv brr.csv bootstrap.csv (factors of replicates, [record][replicate]).
suppressPackageStartupMessages(library(survey))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1])
say <- function(name, value) cat(name, "\t", sprintf("%.17g", as.numeric(value)), "\n", sep = "")
line <- 200
d$f0 <- as.numeric(d$y < line)
d$f1 <- pmax(line - d$y, 0) / line
d$f2 <- d$f1^2

figures <- function(prefix, design) {
  s <- function(name, value) say(paste0(prefix, ".", name), value)
  s("mean", SE(svymean(~y, design)))
  s("total", SE(svytotal(~y, design)))
  for (a in 0:2) s(paste0("fgt", a), SE(svymean(as.formula(paste0("~f", a)), design)))
  s("ratio", SE(svyratio(~y, ~x, design)))
  s("covariance", vcov(svymean(~y + x, design))[1, 2])
  s("df", degf(design))
  domain <- subset(design, g == 1)
  s("domain.mean", SE(svymean(~y, domain)))
  s("domain.total", SE(svytotal(~y, domain)))
  s("domain.df", degf(domain))
}

all <- subset(d, h != 99)
design <- svydesign(ids = ~psu + ssu, strata = ~h, weights = ~w, data = all, nest = TRUE)
figures("replacement", design)
figures("fpc", svydesign(ids = ~psu, strata = ~h, weights = ~w, fpc = ~N, data = all, nest = TRUE))
figures("fraction", svydesign(ids = ~psu, strata = ~h, weights = ~w, fpc = ~f, data = all, nest = TRUE))
figures("two_stage", svydesign(ids = ~psu + ssu, strata = ~h, weights = ~w, fpc = ~N + M, data = all, nest = TRUE))

with_single <- svydesign(ids = ~psu, strata = ~h, weights = ~w, data = d, nest = TRUE)
for (rule in c("certainty", "remove", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  figures(rule, with_single)
}
options(survey.lonely.psu = "fail")
say("fails", inherits(try(svymean(~y, with_single), silent = TRUE), "try-error"))

# Order statistics, whose influence is written here from its definition; the design's variance is R's.
W <- sum(all$w)
o <- order(all$y)
at <- function(p) all$y[o][which(cumsum(all$w[o]) >= p * W)[1]]
h <- sqrt(sum(all$w * (all$y - sum(all$w * all$y) / W)^2) / W) / W^0.2
density <- function(x) sum(all$w * dnorm((x - all$y) / h)) / (W * h)
quantile_z <- function(p) (p - (all$y <= at(p))) / (W * density(at(p)))
z <- list(median = quantile_z(0.5), p10 = quantile_z(0.1))
T <- sum(all$w * all$y)
to_all <- sapply(all$y, function(y) sum(all$w * abs(y - all$y)))
G <- sum(all$w * to_all) / (2 * W * T)
z$gini <- to_all / (W * T) - G / W - G * all$y / T
poverty_line <- 0.6 * at(0.5)
poor <- as.numeric(all$y < poverty_line)
z$arpr <- (poor - sum(all$w * poor) / W) / W + density(poverty_line) * 0.6 * z$median
for (name in names(z)) say(paste0("linear.", name), SE(svytotal(z[[name]], design)))

jackknife <- as.svrepdesign(svydesign(ids = ~psu, strata = ~h, weights = ~w, data = all, nest = TRUE), type = "JKn")
say("jackknife.mean", SE(svymean(~y, jackknife)))
say("jackknife.ratio", SE(svyratio(~y, ~x, jackknife)))
corrected <- as.svrepdesign(svydesign(ids = ~psu, strata = ~h, weights = ~w, fpc = ~N, data = all, nest = TRUE), type = "JKn")
say("jackknife.fpc.ratio", SE(svyratio(~y, ~x, corrected)))
say("jackknife.mse.ratio", SE(svyratio(~y, ~x, as.svrepdesign(svydesign(ids = ~psu, strata = ~h, weights = ~w, data = all, nest = TRUE), type = "JKn", mse = TRUE))))

alone <- svydesign(ids = ~one, weights = ~w, data = transform(all, one = interaction(h, psu)))
say("jk1.ratio", SE(svyratio(~y, ~x, as.svrepdesign(alone, type = "JK1"))))

pairs <- subset(all, psu <= 2)
paired <- svydesign(ids = ~psu, strata = ~h, weights = ~w, data = pairs, nest = TRUE)
say("brr.total", SE(svytotal(~y, as.svrepdesign(paired, type = "BRR"))))
say("fay.total", SE(svytotal(~y, as.svrepdesign(paired, type = "Fay", fay.rho = 0.3))))
given <- function(file, data, ...) svrepdesign(data = data, weights = ~w, repweights = as.matrix(read.csv(file, header = FALSE)),
                                               combined.weights = FALSE, ...)
say("fay.ratio", SE(svyratio(~y, ~x, given(arguments[2], pairs, type = "Fay", rho = 0.3))))
bootstrap <- given(arguments[3], all, type = "bootstrap")
say("bootstrap.ratio", SE(svyratio(~y, ~x, bootstrap)))
