# Opens what `puente import` and `puente run` made themselves; the files are those of tests/io/program_files_test.cpp.
# usage: Rscript read_program_files.R POPULATION.h5 RESULTS.h5    Exit code 77 says that hdf5r is not installed.
if (!requireNamespace("hdf5r", quietly = TRUE)) quit(status = 77)
files <- commandArgs(trailingOnly = TRUE)

population <- hdf5r::H5File$new(files[1], mode = "r")
labels <- population[["codebook/area"]][]
area <- factor(as.integer(population[["household/area"]][]), levels = seq_along(labels) - 1, labels = labels)
stopifnot(identical(as.character(area), c("urban", "rural", "rural")))
stopifnot(hdf5r::h5attr(population[["household/consumption"]], "units") == "ZMW@2015/month/household")
persons <- data.frame(age = as.integer(population[["person/age"]][]), line = as.integer(population[["person/line"]][]))
stopifnot(identical(persons$age, c(40L, 9L, 52L, 33L, 12L)))
population$close_all()

results <- hdf5r::H5File$new(files[2], mode = "r")
fgt <- results[["fgt"]][, , , ]                       # R reverses the order of dimensions and drops those of length one
groups <- results[["group"]][]
scenarios <- results[["scenario"]][]
dimnames(fgt) <- list(alpha = results[["alpha"]][], group = groups, scenario = scenarios)
stopifnot(fgt["0", "all", "none"] == 3 / 7)
stopifnot(hdf5r::h5attr(results[["mean_welfare"]], "units") == "ZMW@2015/month/person")
mean_welfare <- results[["mean_welfare"]][, ]
dimnames(mean_welfare) <- list(group = groups, scenario = scenarios)
stopifnot(mean_welfare["all", "grant"] == 46)
results$close_all()
cat("ok\n")
