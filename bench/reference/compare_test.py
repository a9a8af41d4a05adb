#!/usr/bin/python3
"""compare_test.py PROGRAM: the comparison runs and its contenders agree; a figure that is a hundredth off is named. Ends
with 77 where numpy is missing; DuckDB and Polars take part where they are installed."""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import compare

HOUSEHOLDS = 100_000


def run_comparison(program, folder):
    report = Path(folder) / "report.json"
    command = [sys.executable, compare.__file__, "--program", program, "--households", str(HOUSEHOLDS), "--rounds", "1",
               "--json", str(report), "--need", "numpy"]
    code = subprocess.run(command).returncode
    if code == 77:
        print("skipped: without numpy nothing but our own programs would be compared; install python3-numpy")
    if code != 0:
        sys.exit(code)
    return json.loads(report.read_text())


def named(figures, truth):
    contender = SimpleNamespace(figures=figures, kind="exact")
    return [line.split(": ")[1].split(" the engine's")[0] for line in compare.differences(contender, truth, HOUSEHOLDS)]


def altered(truth):
    """Each figure in turn a hundredth off, and which it is."""
    for name, value in truth.items():
        if name.endswith("_error"):
            continue
        for at in range(len(value)) if isinstance(value, list) else [None]:
            figures = copy.deepcopy(truth)
            if at is None:
                figures[name] *= 1.01
            else:
                figures[name][at] *= 1.01
            yield name, at, figures


def check_differences_are_named(truth):
    assert named(truth, truth) == [], "what is the same must agree"
    for name, at, figures in altered(truth):
        lines = named(figures, truth)
        assert len(lines) == 1, f"{name} {at} is a hundredth off, and {len(lines)} differences are named: {lines}"
    missing = copy.deepcopy(truth)
    missing["gini"] = float("nan")
    assert len(named(missing, truth)) == 1, "not a number is a difference"


with tempfile.TemporaryDirectory() as folder:
    report = run_comparison(sys.argv[1], folder)
rows = [(row["contender"], row["kind"]) for row in report["rows"]]
for expected in [("engine", "exact"), ("engine", "sketch"), ("hand-written loop", "sketch"), ("numpy", "exact"), ("numpy", "sketch")]:
    assert expected in rows, f"{expected} has no row"
check_differences_are_named(report["figures"])
print(f"{len(rows)} rows; every figure that is off is named")
