# The schooling model by R alone: lm for earnings, nnet::multinom (three states) or glm (two) for the utilities, and the
# sandwich of the stacked moments by hand. One line a coefficient: name, estimate, and its standard error three ways.
arguments <- commandArgs(trailingOnly = TRUE)
children <- read.csv(arguments[1], check.names = FALSE)
units <- read.csv(arguments[2])
w <- children$weight
n <- nrow(children)
alternatives <- max(children$state) + 1
x <- as.matrix(children[grep("^x:", names(children))])
z <- as.matrix(children[grep("^z:", names(children))])
has_earnings <- ncol(z) > 0

delta <- numeric(0)
earner <- rep(FALSE, n)
if (has_earnings) {
  earner <- children$earnings > 0
  e <- cbind(constant = 1, attending = children$attending, z)
  fit <- lm.wfit(e[earner, ], log(children$earnings[earner]), w[earner], tol = 1e-12)
  delta <- fit$coefficients
}
covariates <- function(delta) {
  m <- cbind(constant = 1, x, income = children$income)
  if (has_earnings) m <- cbind(m, wage = exp(as.vector(cbind(1, z) %*% delta[-2])))
  if (!has_earnings && "wage" %in% names(children)) m <- cbind(m, wage = children$wage)
  m
}
raw <- covariates(delta)
centre <- c(0, colMeans(raw)[-1])
spread <- c(1, apply(raw, 2, sd)[-1])
standard <- function(m) sweep(sweep(m, 2, centre), 2, spread, "/")
m <- standard(raw)
p <- ncol(m)
chosen <- outer(children$state, seq_len(alternatives - 1), "==") * 1

if (alternatives == 2) {  # from 0: weights of hundreds would start glm at certainties
  fit <- suppressWarnings(glm.fit(m, chosen[, 1], w, start = numeric(p), family = binomial(), control = list(epsilon = 1e-15, maxit = 100)))
  theta <- fit$coefficients
} else {
  fit <- nnet::multinom(children$state ~ m - 1, weights = w, reltol = 1e-16, abstol = 0, maxit = 20000, trace = FALSE)
  theta <- as.vector(t(coef(fit)))
}
probabilities <- function(m, theta) {
  u <- exp(m %*% matrix(theta, p))
  u / (1 + rowSums(u))
}
scores <- function(m, theta) {
  r <- w * (chosen - probabilities(m, theta))
  do.call(cbind, lapply(seq_len(alternatives - 1), function(j) r[, j] * m))
}
prob <- probabilities(m, theta)
likelihood <- sum(w * log(ifelse(children$state == 0, 1 - rowSums(prob), rowSums(chosen * prob))))
information <- do.call(rbind, lapply(seq_len(alternatives - 1), function(j)
  do.call(cbind, lapply(seq_len(alternatives - 1), function(k) crossprod(m, w * prob[, j] * ((j == k) - prob[, k]) * m)))))

g <- scores(m, theta)
a <- information
first <- length(delta)
if (has_earnings) {
  u <- ifelse(earner, log(ifelse(earner, children$earnings, 1)) - as.vector(e %*% delta), 0)
  g <- cbind(w * u * e, g)
  cross <- sapply(seq_len(first), function(k) {
    h <- 1e-5 * (1 + abs(delta[k]))
    up <- down <- delta
    up[k] <- up[k] + h
    down[k] <- down[k] - h
    (colSums(scores(standard(covariates(down)), theta)) - colSums(scores(standard(covariates(up)), theta))) / (2 * h)
  })
  a <- rbind(cbind(crossprod(e[earner, ], w[earner] * e[earner, ]), matrix(0, first, length(theta))), cbind(cross, information))
}
original <- diag(ncol(a))
for (j in seq_len(alternatives - 1)) {
  at <- first + (j - 1) * p + seq_len(p)
  original[at, at] <- diag(1 / spread)
  original[at[1], at[-1]] <- -(centre / spread)[-1]
}
# Solved after scaling its rows and columns, since the earnings' part is not standardised.
size <- sqrt(abs(diag(a)))
bread <- original %*% (solve(a / outer(size, size), tol = 0) / outer(size, size))
error <- function(meat) sqrt(diag(bread %*% meat %*% t(bread)))
grouped <- function(group) {
  t <- rowsum(g, group)
  crossprod(t) * nrow(t) / (nrow(t) - 1)
}
by_design <- function() {
  all <- paste(units$stratum, units$psu)
  t <- matrix(0, nrow(units), ncol(g), dimnames = list(all, NULL))
  found <- rowsum(g, paste(children$stratum, children$psu))
  t[rownames(found), ] <- found
  Reduce(`+`, lapply(split(seq_len(nrow(units)), units$stratum), function(rows) {
    s <- t[rows, , drop = FALSE]
    if (length(rows) == 1) return(crossprod(s))
    crossprod(sweep(s, 2, colMeans(s))) * length(rows) / (length(rows) - 1)
  }))
}
estimates <- as.vector(original %*% c(delta, theta))
labels <- c(names(delta), rep(colnames(m), alternatives - 1))
errors <- cbind(error(grouped(seq_len(n))), error(grouped(children$household)), error(by_design()))
cat(sprintf("%s\t%.17g\t%.17g\t%.17g\t%.17g\n", labels, estimates, errors[, 1], errors[, 2], errors[, 3]), sep = "")
cat(sprintf("log-likelihood\t%.17g\t0\t0\t0\n", likelihood))
