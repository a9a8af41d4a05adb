#!/usr/bin/python3
"""scaling_test.py PROGRAM: the scaling bench runs, says what each worker count costs, and says no efficiency of more
workers than there are cores."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))[:2]
WORKERS = len(CORES) + 1


def run_bench(program, folder):
    report = Path(folder) / "scaling.json"
    os.sched_setaffinity(0, CORES)
    command = [program, "--households", "9000", "--workers", str(WORKERS), "--rounds", "1", "--up-to", "100000", "--json", str(report)]
    subprocess.run(command, check=True)
    return json.loads(report.read_text())


with tempfile.TemporaryDirectory() as folder:
    found = run_bench(sys.argv[1], folder)
assert found["cores"] == len(CORES), found["cores"]
for kind in ("strong", "weak"):
    rows = found["workers"][kind]["rows"]
    assert {row["what"] for row in rows} >= {"threads", "hand-written loop"}, rows
    for row in rows:
        assert row["median_ns"] > 0, row
        assert ("efficiency" in row) == (row["workers"] <= len(CORES)), row
        assert row["households"] == (9000 if kind == "strong" else 9000 // WORKERS * row["workers"]), row
    assert "ratios" not in found["workers"][kind], "no ratio of workers that share cores"
assert [size["households"] for size in found["sizes"]] == [100, 100_000], found["sizes"]
assert found["sizes"][-1]["relative"] == 1, found["sizes"]
