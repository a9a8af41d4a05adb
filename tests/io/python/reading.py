"""What the scripts that open files share: comparisons that say what differs, and one reader chosen by name."""
import sys


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def equal(found, expected, what):
    assert found == expected, f"{what}: {found!r} is not {expected!r}"


def run(with_h5py, with_xarray, **more):
    """READER POPULATION.h5 RESULTS.h5 on the command line; exit code 77 says that the reader is not installed."""
    readers = {
        "h5py": with_h5py,
        "xarray_h5netcdf": lambda p, r: with_xarray(p, r, "h5netcdf"),
        "xarray_netcdf4": lambda p, r: with_xarray(p, r, "netcdf4"),
        **more,
    }
    try:
        readers[sys.argv[1]](sys.argv[2], sys.argv[3])
    except ModuleNotFoundError as missing:
        print(missing)
        sys.exit(77)
    print("ok")
