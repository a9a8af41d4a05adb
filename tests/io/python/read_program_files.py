"""Opens what `puente import` and `puente run` made themselves, with labels, units and values.

usage: read_program_files.py READER POPULATION.h5 RESULTS.h5     (READER: h5py, xarray_h5netcdf, xarray_netcdf4)
The files are those of tests/io/program_files_test.cpp. Exit code 77 says that the reader is not installed.
"""
import sys

sys.dont_write_bytecode = True  # the sources stay as they are
from reading import equal, run, text  # noqa: E402


SCENARIOS = ["none", "grant"]
GROUPS = ["all", "area=urban", "area=rural"]


def with_h5py(population, results):
    import h5py

    with h5py.File(population) as f:
        equal([text(x) for x in f["codebook/area"][:]], ["urban", "rural"], "labels")
        equal(list(f["household/area"][:]), [0, 1, 1], "codes")
        equal(text(f["household/consumption"].attrs["units"]), "ZMW@2015/month/household", "units")
        equal(text(f["person/age"].attrs["units"]), "years", "units")
        equal(text(f["person/age"].attrs["long_name"]), "age last birthday", "long name")
        equal(list(f["household/person_offset"][:]), [0, 2, 3, 5], "person_offset")
        equal(text(f.attrs["currency"]), "ZMW", "currency")
    with h5py.File(results) as f:
        equal([text(x) for x in f["scenario"][:]], SCENARIOS, "scenarios")
        equal([text(x) for x in f["group"][:]][:3], GROUPS, "groups")
        equal(text(f["mean_welfare"].attrs["units"]), "ZMW@2015/month/person", "units")
        equal(text(f["quantile_value"].attrs["units"]), "ZMW@2015/month/person", "units")
        for money in ["total_gap", "spending", "cost"]:
            equal(text(f[money].attrs["units"]), "ZMW@2015/month", "units of " + money)
        equal(list(f["mean_welfare"][:, 0]), [40.0, 46.0], "means")
        assert abs(f["sensitivity/difference/mean_welfare"][0, 1, 0] - 1) < 1e-9, "share of the only parameter"
        equal(text(f["tornado/mean_welfare_low"].attrs["units"]), "ZMW@2015/month/person", "units")
        assert len(text(f["mean_welfare"].attrs["long_name"])) > 0
        assert " run " in text(f["provenance/command_line"][()])


def with_xarray(population, results, engine):
    import xarray

    households = xarray.open_dataset(population, group="household", engine=engine)
    equal(households["consumption"].attrs["units"], "ZMW@2015/month/household", "units")
    frame = households.drop_dims("household_edge").to_dataframe()
    equal([float(x) for x in frame["weight"]], [2.0, 1.0, 1.0], "weights in a data frame")
    persons = xarray.open_dataset(population, group="person", engine=engine).to_dataframe()
    equal([float(x) for x in persons["age"]], [40.0, 9.0, 52.0, 33.0, 12.0], "ages in a data frame")
    labels = xarray.open_dataset(population, group="codebook", engine=engine)["area"].values
    equal([str(labels[int(code)]) for code in frame["area"]], ["urban", "rural", "rural"], "labels")

    root = xarray.open_dataset(results, engine=engine)
    equal([str(x) for x in root["scenario"].values], SCENARIOS, "scenarios")
    equal(root["mean_welfare"].attrs["units"], "ZMW@2015/month/person", "units")
    equal(root["spending"].attrs["units"], "ZMW@2015/month", "units")
    equal(root["fgt"].dims, ("scenario", "group", "line", "alpha"), "dimensions")
    equal(float(root["fgt"].sel(scenario="none", group="all", line="national", alpha=0)), 3 / 7, "headcount by labels")
    equal(float(root["fgt"].sel(scenario="grant", group="area=rural", line="national", alpha=0)), 1 / 3, "headcount by labels")
    equal(float(root["recipients"].sel(scenario="grant", programme="child_grant", group="all")), 3.0, "recipients")
    equal(float(root["spending"].sel(scenario="grant", programme="child_grant", group="all")), 42.0, "spending")
    frame = root["mean_welfare"].to_dataframe()
    equal(float(frame.loc[("grant", "all"), "mean_welfare"]), 46.0, "a value of the data frame")
    change = xarray.open_dataset(results, group="difference", engine=engine)
    equal(float(change["mean_welfare"].sel(scenario="grant", group="all")), 6.0, "a difference")
    equal(change["mean_welfare"].attrs["units"], root["mean_welfare"].attrs["units"], "units of a difference")
    shares = xarray.open_dataset(results, group="sensitivity/difference", engine=engine)
    assert abs(float(shares["mean_welfare"].sel(factor="grant", scenario="grant", group="all")) - 1) < 1e-9, "share of the only parameter"
    tornado = xarray.open_dataset(results, group="tornado", engine=engine)
    assert float(tornado["mean_welfare_low"].sel(parameter="grant", scenario="grant", group="all")) < 46, "where the grant is low"
    provenance = xarray.open_dataset(results, group="provenance", engine=engine)
    assert "[programmes.child_grant]" in text(provenance["scenario_file"].values.item())


if __name__ == "__main__":
    run(with_h5py, with_xarray)
