#!/usr/bin/python3
"""The reference workload by the engine, a hand-written loop, numpy, DuckDB and Polars: the same households, in memory,
the contenders in turn, medians, one table. Ends with 1 where a contender's figures are not the engine's exact ones,
with 77 where a contender of --need is not there."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTSIDE = ("numpy", "DuckDB", "Polars")
INSTALL_NODE = "no node here: install node 20 or newer and npm, then npm ci --prefix bench/reference"


class Program:
    """A program whose contenders wait for their turn: a number in, a line of JSON out."""

    def __init__(self, command, **environment):
        self.name = " ".join(map(str, command))
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=os.environ | environment)
        first = self.answer()
        self.missing = first.get("missing")
        self.contenders = [Contender(self, number, **ready) for number, ready in enumerate(first.get("ready", []))]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended with {self.process.wait()}, without an answer")
        return json.loads(line)

    def ask(self, number):
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Contender:
    def __init__(self, program, number, contender, kind, threads):
        self.program, self.number, self.name, self.kind, self.threads = program, number, contender, kind, threads
        self.seconds, self.figures = [], None

    def turn(self, counts):
        answer = self.program.ask(self.number)
        self.figures = answer["figures"]
        if counts:
            self.seconds.append(answer["seconds"])

    @property
    def median(self):
        return statistics.median(self.seconds)

    def __str__(self):
        return f"{self.name}, {self.kind}, {self.threads} thread{'s' if self.threads > 1 else ''}"


def outside_programs(folder, counts, wanted):
    """Those there are, and a line for each that is not."""
    programs, skipped = [], {}
    commands = {"numpy": [([sys.executable, HERE / "contender_numpy.py", folder], {"OMP_NUM_THREADS": "1"})],
                "DuckDB": [(["node", HERE / "contender_duckdb.mjs", folder, *counts], {})],
                "Polars": [(["node", HERE / "contender_polars.mjs", folder, n], {"POLARS_MAX_THREADS": str(n)}) for n in counts]}
    for name in wanted:
        for command, environment in commands[name]:
            if command[0] == "node" and not shutil.which("node"):
                skipped[name] = INSTALL_NODE
                continue
            program = Program(command, **environment)
            if program.missing:
                skipped[name] = program.missing
            else:
                programs.append(program)
    return programs, skipped


def differences(contender, truth, households):
    """Figures that are not the exact engine's. Columns are in single precision and some contenders count in it; deciles
    may be of whole households; a sketch may be off by the error it states."""
    found, single = contender.figures, 1e-5
    household = 1.5 / households  # the largest share of all weight: weights are 0.5 to 1.5
    error = {name: found.get(f"{name}_error", 0) for name in ("gini", "share", "limit")}
    limits = truth["limit"] + [truth["limit"][-1]]
    checks = [(name, found[name], truth[name], single * truth[name]) for name in ("persons", "mean")]
    checks.append(("Gini", found["gini"], truth["gini"], single * truth["gini"] + error["gini"]))
    for alpha in range(3):
        on_the_line = household if alpha == 0 else 0
        checks.append((f"FGT {alpha}", found["fgt"][alpha], truth["fgt"][alpha], single * truth["fgt"][alpha] + on_the_line))
    for d in range(10):
        whole = 2 * household * limits[d] / truth["mean"]
        checks.append((f"share of decile {d + 1}", found["share"][d], truth["share"][d], single * truth["share"][d] + whole + 2 * error["share"]))
    for d in range(9):  # households that far apart in welfare at a decile: one in e^10 is farther from its neighbour
        apart = 50 / households
        checks.append((f"limit of decile {d + 1}", found["limit"][d], truth["limit"][d], (single + apart + error["limit"]) * truth["limit"][d]))
    return [f"{contender}: {name} {is_:.12g}, the engine's {should:.12g}, allowed {allowed:.2g}"
            for name, is_, should, allowed in checks if not abs(is_ - should) <= allowed]


def row_of(contender, contenders, households):
    """Ratios are to those with as many threads: a contender with one thread is held against one thread."""
    def median_of(name, kind):
        return next((c.median for c in contenders if (c.name, c.kind, c.threads) == (name, kind, contender.threads)), None)

    ns = [s * 1e9 / households for s in (contender.median, min(contender.seconds), max(contender.seconds))]
    row = {"contender": contender.name, "kind": contender.kind, "threads": contender.threads, "median_ns": ns[0], "least_ns": ns[1], "most_ns": ns[2],
           "times_hand_loop": contender.median / median_of("hand-written loop", "sketch")}
    for kind in ("exact", "sketch"):
        row[f"engine_{kind}_over_contender"] = median_of("engine", kind) / contender.median
    return row


def print_table(rows):
    print(f"\n{'':32} {'':7} {'ns per household':^31} {'times the':>10} {'engine over contender':^23}")
    print(f"{'contender':24} {'kind':7} {'threads':>7} {'median':>9} {'least':>9} {'most':>9}  {'hand loop':>11} {'exact':>11} {'sketch':>11}")
    for row in rows:
        print(f"{row['contender']:24} {row['kind']:7} {row['threads']:7d} {row['median_ns']:9.2f} {row['least_ns']:9.2f} {row['most_ns']:9.2f} "
              f"{row['times_hand_loop']:12.2f} {row['engine_exact_over_contender']:11.4f} {row['engine_sketch_over_contender']:11.4f}")


def take_turns(contenders, rounds):
    for contender in contenders:  # a first turn that does not count
        contender.turn(False)
    for _ in range(rounds):
        for contender in contenders:
            contender.turn(True)


def compare(options, folder):
    counts = sorted({1, options.threads}, reverse=True)
    engine = Program([options.program, "--serve", "--write", folder, "--households", options.households, "--threads", options.threads])
    others, skipped = outside_programs(folder, counts, options.contenders)
    programs = [engine, *others]
    contenders = [contender for program in programs for contender in program.contenders]
    take_turns(contenders, options.rounds)
    for program in programs:
        program.end()
    rows = [row_of(contender, contenders, options.households) for contender in contenders]
    print(f"Reference workload, {options.households:,} households, {options.rounds} rounds in turn")
    print_table(rows)
    for name, why in skipped.items():
        print(f"skipped  {name}: {why}")
    truth = next(c.figures for c in contenders if (c.name, c.kind, c.threads) == ("engine", "exact", options.threads))
    different = [line for contender in contenders for line in differences(contender, truth, options.households)]
    for line in different:
        print(f"DIFFERS  {line}")
    print("The figures differ." if different else f"All {len(contenders)} agree: persons, mean, FGT 0-2, Gini, shares and limits of deciles.")
    if options.json:
        Path(options.json).write_text(json.dumps({"households": options.households, "rounds": options.rounds, "rows": rows, "skipped": skipped,
                                                  "differences": different, "figures": truth}, indent=1) + "\n")
    needed = [name for name in options.need if name in skipped]
    return 1 if different else 77 if needed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=HERE.parents[1] / "build/release/bench/reference_bench", help="the engine's (default: %(default)s)")
    parser.add_argument("--households", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2, help="of those that can; all run with one too")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each that count")
    parser.add_argument("--contenders", nargs="*", choices=OUTSIDE, default=OUTSIDE, help="beside the engine and the hand-written loop")
    parser.add_argument("--need", nargs="*", choices=OUTSIDE, default=[], help="end with 77 where one of these is missing")
    parser.add_argument("--json", help="writes all of it to this file")
    with tempfile.TemporaryDirectory() as folder:
        return compare(parser.parse_args(), folder)


if __name__ == "__main__":
    sys.exit(main())
