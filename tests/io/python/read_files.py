"""Opens a population and a results file with the tools analysts use and checks names, labels, units and values.

usage: read_files.py READER POPULATION.h5 RESULTS.h5     (READER: h5py, h5netcdf, netcdf4, xarray_h5netcdf, xarray_netcdf4)
The files are those of tests/io/hdf5_python_test.cpp: 8 households, 18 persons; results of tests/io/hdf5_results_fixture.hpp.
Exit code 77 says that the reader is not installed.
"""
import sys

sys.dont_write_bytecode = True  # the sources stay as they are
from reading import equal, run, text  # noqa: E402

HOUSEHOLD = ["id", "weight", "income", "rural", "größe", "district", "province", "status", "household"]
PERSON = ["line", "age", "earnings", "status", "attends"]
PROVINCES = ["Luapula", "North Western", "北部", ""]
LUAPULA = "province=Luapula"


def with_h5py(population, results):
    import h5py

    with h5py.File(population) as f:
        equal(text(f.attrs["format"]), "puente-population", "format")
        equal(int(f.attrs["format_version"]), 1, "format_version")
        equal(text(f.attrs["title"]), "A rich population", "title")
        names = [n for n in f["household"] if n not in ("person_offset", "household_edge")]
        equal(names, HOUSEHOLD, "household columns in their order")
        equal([n for n in f["person"] if n != "person"], PERSON, "person columns in their order")
        equal(list(f["household/id"][:]), [7 * i + 1 for i in range(8)], "id")
        equal(list(f["household/person_offset"][:]), [0, 1, 1, 4, 9, 10, 10, 13, 18], "person_offset")
        equal(text(f["household/income"].attrs["units"]), "ZMW/month/household", "units")
        equal([text(x) for x in f["codebook/province"][:]], PROVINCES, "labels")
        equal(list(f["household/province"].attrs["flag_values"]), [0, 1, 2, 3], "flag_values")
        equal(int(f["household/province"][3]), -128, "missing province")
        equal(f["household/income"].dims[0][0].name, "/household/household", "dimension")
    with h5py.File(results) as f:
        equal([text(x) for x in f["group"][:]], ["all", LUAPULA], "labels")
        equal(float(f["fgt"][1, 0, 0, 1]), 1 / 14, "fgt")
        equal(text(f["provenance/command"][()]), "puente run café", "provenance")
        equal(float(f["provenance/ranks"][()]), 4.0, "provenance")


def with_h5netcdf(population, results):
    import h5netcdf

    with h5netcdf.File(population, "r") as f:
        equal(f["household/income"].dimensions, ("household",), "dimensions")
        equal(text(f["household/income"].attrs["units"]), "ZMW/month/household", "units")
        for group in ("household", "person", "codebook", "checksums"):
            assert len(f[group].variables) > 0, group
    with h5netcdf.File(results, "r") as f:
        equal(f["fgt"].dimensions, ("scenario", "group", "line", "alpha"), "dimensions")
        equal(float(f["fgt"][1, 0, 0, 1]), 1 / 14, "fgt")
        equal(f["difference/fgt"].dimensions, ("scenario", "group", "line", "alpha"), "dimensions of a difference")
        equal(float(f["provenance/ranks"][()]), 4.0, "provenance")


def with_netcdf4(population, results):
    import netCDF4

    with netCDF4.Dataset(population) as f:
        names = list(f["household"].variables)
        equal([n for n in names if n not in ("person_offset",)], HOUSEHOLD, "household columns in their order")
        equal(f["household/income"].units, "ZMW/month/household", "units")
        equal(list(f["codebook/province"][:]), PROVINCES, "labels")
        equal(bool(f["household/province"][:].mask[3]), True, "missing province")
    with netCDF4.Dataset(results) as f:
        equal(f["fgt"].dimensions, ("scenario", "group", "line", "alpha"), "dimensions")
        equal(list(f["scenario"][:]), ["reference", "both"], "labels")
        equal(float(f["fgt"][1, 0, 0, 1]), 1 / 14, "fgt")
        equal(f["provenance/command"][...].item() if hasattr(f["provenance/command"][...], "item") else f["provenance/command"][...],
              "puente run café", "provenance")


def with_xarray(population, results, engine):
    import xarray

    households = xarray.open_dataset(population, group="household", engine=engine)
    equal([n for n in households.variables if n not in ("person_offset", "household")], HOUSEHOLD[:-1], "household columns")
    equal(households["income"].attrs["units"], "ZMW/month/household", "units")
    frame = households.drop_dims("household_edge").to_dataframe()
    equal(len(frame), 8, "rows of the data frame")
    equal(frame["id"].dtype.kind, "i", "id stays an integer")
    equal([int(x) for x in frame["id"]], [7 * i + 1 for i in range(8)], "id")
    equal(bool(frame["province"].isna().iloc[3]), True, "missing province")
    persons = xarray.open_dataset(population, group="person", engine=engine).to_dataframe()
    equal(len(persons), 18, "persons")
    labels = xarray.open_dataset(population, group="codebook", engine=engine)
    equal([str(x) for x in labels["province"].values], PROVINCES, "labels")

    root = xarray.open_dataset(results, engine=engine)
    equal(root.attrs["title"], "Two scenarios, año 2015", "title")
    equal(root["fgt"].dims, ("scenario", "group", "line", "alpha"), "dimensions")
    equal(root["fgt"].attrs["comment"], "strictly below the line", "comment")
    gap = root["fgt"].sel(scenario="both", group="all", line="national", alpha=1)
    equal(float(gap), 1 / 14, "a value by its labels")
    equal(float(root["households"].sel(group=LUAPULA)), 1.5e5, "a value by its label")
    equal(float(root["total"]), 42.5, "a number alone")
    equal(int(root["fgt"].isnull().sum()), 1, "missing values")
    frame = root["fgt"].to_dataframe()
    equal(float(frame.loc[("both", "all", "national", 1.0), "fgt"]), 1 / 14, "a value of the data frame")
    change = xarray.open_dataset(results, group="difference", engine=engine)
    equal(float(change["fgt"].sel(scenario="both", group="all", line="national", alpha=1)), 1 / 14 - 0.25, "a difference")
    provenance = xarray.open_dataset(results, group="provenance", engine=engine)
    equal(text(provenance["command"].values.item()), "puente run café", "provenance")
    equal(float(provenance["ranks"]), 4.0, "provenance")


if __name__ == "__main__":
    run(with_h5py, with_xarray, h5netcdf=with_h5netcdf, netcdf4=with_netcdf4)
