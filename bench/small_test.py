#!/usr/bin/python3
"""small_test.py PROGRAM: a bench with figures of its own runs small, finds that they agree and reports all of it."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

OPTIONS = {"population_file_bench": ["--households", "20000", "--folder", "."], "lognormal_bench": ["--persons", "20000"]}
program = Path(sys.argv[1]).resolve()

with tempfile.TemporaryDirectory() as folder:
    command = [program, *OPTIONS[program.name], "--rounds", "3", "--json", "all.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((Path(folder) / "all.json").read_text())
    assert [entry.name for entry in Path(folder).iterdir()] == ["all.json"], "nothing is left behind"

if program.name == "lognormal_bench":
    assert len(found["contenders"]) == 5, found
    assert all(c["least_ns"] <= c["median_ns"] <= c["most_ns"] for c in found["contenders"]), found
else:
    assert found["bytes"] > 20000 * 100, found
    for part in ("write", "warm", "cold"):
        rows = found[part]
        assert all(0 < row["least"] <= row["seconds"] <= row["most"] for row in rows), rows
        assert rows[0]["of_plain"] > 0, rows
    # cold is only said of a file none of whose pages stayed
    assert ("read from the disk" in done.stdout) == (found["kept_in_cache"] < 0.01), done.stdout
