"""The reference workload in numpy, as OpenFisca does it: one array a formula, in single precision. `exact` puts all
households in order; `sketch` sums them in bins over the bits of welfare, as the hand-written loop does. One thread."""

import json
import sys
import time

LINE, SIZE = 214, 5
MANTISSA_BITS = 8  # of single precision that a bin keeps: 256 bins an octave

try:
    import numpy as np
except ImportError:
    print(json.dumps({"missing": "numpy is not there: install python3-numpy"}), flush=True)
    sys.exit(0)


def read_columns(folder):
    types = {"income": "f32", "weight": "f32", "land": "f32", "rural": "u8", "kids": "i8"}
    numpy_types = {"f32": np.float32, "u8": np.bool_, "i8": np.int8}
    return {name: np.fromfile(f"{folder}/{name}.{suffix}", numpy_types[suffix]) for name, suffix in types.items()}


def welfare(c):
    eligible = c["rural"] & (c["kids"] > 0) & (c["land"] < 2)
    farm_support = np.where(eligible & (c["land"] > 0.5), np.float32(1.43), np.float32(1))
    income = c["income"] * farm_support
    grant = np.where(eligible, np.float32(20) + np.float32(5) * np.minimum(c["kids"], 3).astype(np.float32), np.float32(0))
    return (income + grant) * np.float32(4 / SIZE)


def poverty(y, w, total):
    gap = np.maximum(np.float32(0), np.float32(1) - y * np.float32(1 / LINE))
    sums = [np.where(y < LINE, w, np.float32(0)), w * gap, w * gap * gap]
    return [float(np.sum(s, dtype=np.float64)) / total for s in sums]


def curve_figures(w, wy):
    """Cumulated weight and welfare in order of welfare, and what follows from them."""
    cw, cy = np.cumsum(w, dtype=np.float64), np.cumsum(wy, dtype=np.float64)
    twice_area = float(np.sum(w * (2 * cy - wy))) / (cw[-1] * cy[-1])
    targets = cw[-1] * np.arange(1, 10) / 10
    lorenz = np.interp(targets, np.concatenate([[0], cw]), np.concatenate([[0], cy])) / cy[-1]
    figures = {"persons": SIZE * cw[-1], "mean": cy[-1] / cw[-1], "gini": 1 - twice_area,
               "share": np.diff(lorenz, prepend=0, append=1).tolist()}
    return figures, np.searchsorted(cw, targets), targets, cw


def exact(c):
    y, w = welfare(c), c["weight"]
    order = np.argsort(y)
    sorted_y, sorted_w = y[order], w[order]
    figures, at, _, cw = curve_figures(sorted_w, sorted_w * sorted_y)
    return figures | {"fgt": poverty(y, w, cw[-1]), "limit": sorted_y[at].tolist()}


def borders(bins):
    return (bins << (23 - MANTISSA_BITS)).astype(np.int32).view(np.float32).astype(np.float64)


def sketch(c):
    y, w = welfare(c), c["weight"]
    bins = y.view(np.int32) >> (23 - MANTISSA_BITS)
    first = int(bins.min())
    bins -= first
    weight, welfare_sum = np.bincount(bins, w), np.bincount(bins, w * y)
    figures, at, targets, cw = curve_figures(weight, welfare_sum)
    lower, upper = borders(first + np.arange(len(weight))), borders(first + 1 + np.arange(len(weight)))
    part = (targets - (cw[at] - weight[at])) / weight[at]
    share = weight / cw[-1]
    return figures | {"fgt": poverty(y, w, cw[-1]), "limit": (lower[at] + part * (upper[at] - lower[at])).tolist(),
                      "gini_error": float(np.sum(share**2 * (upper - lower))) / (4 * figures["mean"]),
                      "share_error": float(np.max(share * (upper - lower))) / (2 * figures["mean"]), "limit_error": 2.0**-MANTISSA_BITS}


def main(folder):
    columns = read_columns(folder)
    contenders = [("exact", exact), ("sketch", sketch)]
    print(json.dumps({"ready": [{"contender": "numpy", "kind": kind, "threads": 1} for kind, _ in contenders]}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        figures = contenders[int(line)][1](columns)
        print(json.dumps({"seconds": time.perf_counter() - start, "figures": {k: as_json(v) for k, v in figures.items()}}), flush=True)


def as_json(value):
    return value if isinstance(value, list) else float(value)


main(sys.argv[1])
