"""Writes a population with h5py alone, as a user would: usage: write_population.py FILE [KEY=VALUE]…

Keys change one thing each, to be refused or accepted by the reader: version=N, format=TEXT, offset=bad, code=bad, drop=NAME.
Exit code 77 says that h5py is not installed.
"""
import sys

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as missing:
    print(missing)
    sys.exit(77)

options = dict(argument.split("=", 1) for argument in sys.argv[2:])
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["format"] = options.get("format", "puente-population")
    f.attrs["format_version"] = int(options.get("version", 1))
    f.attrs["title"] = "made by h5py"
    f.attrs["note"] = np.arange(5)
    household, person = f.create_group("household"), f.create_group("person")
    household["id"] = np.array([3, 1, 2], dtype=">i4")
    household["weight"] = np.array([1.5, 2.5, 3.5], dtype="f4")
    household["rural"] = np.array([True, False, True])
    household["region"] = np.array([1, 7 if options.get("code") == "bad" else 0, -1], dtype="i1")
    household["region"].attrs["flag_values"] = np.array([0, 1], dtype="i1")
    household["region"].attrs["flag_meanings"] = "north south"
    household["region"].attrs["_FillValue"] = np.int8(-1)
    household["region"].attrs["somebody_elses"] = "attribute"
    f.create_dataset("codebook/region", data=["the North", "the South"], dtype=h5py.string_dtype())
    offsets = [0, 9, 2, 4] if options.get("offset") == "bad" else [0, 2, 2, 4]
    household["person_offset"] = np.array(offsets, dtype="i8")
    person["line"] = np.array([1, 2, 1, 2], dtype="i1")
    person.create_dataset("age", data=np.array([40, 7, 33, -128], dtype="i2"), chunks=(2,), compression="gzip")
    if "drop" in options:
        del f[options["drop"]]
