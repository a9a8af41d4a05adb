# Opens a population and a results file with hdf5r; the files are those of tests/io/hdf5_python_test.cpp.
# usage: Rscript read_files.R POPULATION.h5 RESULTS.h5        Exit code 77 says that hdf5r is not installed.
if (!requireNamespace("hdf5r", quietly = TRUE)) quit(status = 77)
files <- commandArgs(trailingOnly = TRUE)

population <- hdf5r::H5File$new(files[1], mode = "r")
stopifnot(hdf5r::h5attr(population, "format") == "puente-population")
stopifnot(all(as.numeric(population[["household/id"]][]) == 7 * (0:7) + 1))
stopifnot(hdf5r::h5attr(population[["household/income"]], "units") == "ZMW/month/household")
labels <- population[["codebook/province"]][]
codes <- as.integer(population[["household/province"]][])
codes[codes < 0] <- NA
province <- factor(codes, levels = seq_along(labels) - 1, labels = ifelse(labels == "", "(none)", labels))
stopifnot(as.character(province[2]) == "North Western", is.na(province[4]))
households <- data.frame(income = population[["household/income"]][], province = province)
stopifnot(nrow(households) == 8)
population$close_all()

results <- hdf5r::H5File$new(files[2], mode = "r")
fgt <- results[["fgt"]][, , , ]                       # R reverses the order of dimensions
dimnames(fgt) <- list(alpha = results[["alpha"]][], line = results[["line"]][], group = results[["group"]][],
                      scenario = results[["scenario"]][])
stopifnot(fgt["1", "national", "all", "both"] == 1 / 14)
stopifnot(hdf5r::h5attr(results[["households"]], "long_name") == "Households")
stopifnot(enc2utf8(results[["provenance/command"]][]) == "puente run caf\u00e9")
results$close_all()
cat("ok\n")
