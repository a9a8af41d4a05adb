#!/usr/bin/env python3
"""Has Puente become slower? Three layers, each failing only on what it can prove (bench/README.md):

1. instructions of fixed workloads by callgrind, beside baseline.json for this compiler, its flags and its libraries;
2. processor time of this build beside that of another revision, taking turns, with an interval and a check of the clock;
3. time over the speed of memory in the same run, beside the baseline, within a factor of three.

Ends with 1 where slower work is proved, with 2 where a program fails, else with 0.
"""
import argparse
import concurrent.futures
import itertools
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from intervals import LEVEL, SLOWER, judge

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MORE_INSTRUCTIONS = 1.02
MORE_TRIAD_BYTES = 3.0
# Nothing of the caller's surroundings reaches a program whose instructions are counted.
SURROUNDINGS = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "OMP_NUM_THREADS": "1",
                **{name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}}


class Broken(Exception):
    """A program that should have given a number did not."""


def call(command, executable=None, **more_surroundings):
    done = subprocess.run(command, executable=executable, env={**SURROUNDINGS, **more_surroundings}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def workloads(program, only):
    names = call([program, "--list"]).split()
    unknown = set(only) - set(names)
    if unknown:
        raise Broken(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return [name for name in names if not only or name in only]


# --- 1: instructions

def baseline_key(program):
    """What counts depend on besides the sources, as seen under valgrind, whose processor is not this one."""
    version = call(["valgrind", "--version"]).strip()
    return call(["valgrind", "-q", "--tool=none", program, "--key"]).strip() + "; " + version


def instructions(program, name, planted):
    """Instructions of the workload's turns: (all, an item, the item)."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        said = call(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", "--collect-atstart=no",
                     "--toggle-collect=puente_gate_turns", program, "--run", name, "--planted", str(planted)])
        with open(out, encoding="utf-8") as file:
            found = re.search(r"^(?:summary|totals): (\d+)", file.read(), re.MULTILINE)
    if not found or int(found[1]) == 0:
        raise Broken(f"callgrind counted nothing of {name}")
    items, item = said.split()
    return int(found[1]), int(found[1]) / int(items), item


def count_all(program, names, planted):
    with concurrent.futures.ThreadPoolExecutor(min(2, len(os.sched_getaffinity(0)))) as pool:
        return dict(zip(names, pool.map(lambda name: instructions(program, name, planted), names)))


def judge_instructions(count, known):
    if known is None:
        return {"verdict": "not proved"}
    ratio = count / known
    return {"baseline": known, "ratio": ratio, "verdict": "FAIL" if ratio > MORE_INSTRUCTIONS else "pass"}


def instruction_layer(program, names, known, planted):
    counts = count_all(program, names, planted)
    return {name: {"instructions": count, "each": each, "item": item, **judge_instructions(count, known.get(name))}
            for name, (count, each, item) in counts.items()}


# --- 2 and 3: time

def nanoseconds(program, name, planted=0.0, place=(0, 0)):
    """Time of an item. `place` moves stack and memory by so many steps of 16 bytes; the program's path moves nothing."""
    stack, memory = place
    command = ["gate_bench", "--time", name, "--planted", str(planted), "--shift", str(16 * memory)]
    return float(call(command, executable=program, PUENTE_GATE_PLACE="x" * 16 * stack).split()[0])


def take_turns(base, program, names, rounds, planted):
    """Times of base, base again and head for each name; the order of the three goes through all six. Where stack and memory lie, which
    hangs on no more than the length of a path, can cost a kernel ten percent (Mytkowicz et al. 2009, doi 10.1145/1508244.1508275): it is
    drawn anew for each time, so that the difference of two programs that are alike falls on either side."""
    source = random.Random(1)
    contenders = [("base", base, 0.0), ("again", base, 0.0), ("head", program, planted)]
    times = {name: {who: [] for who, _, _ in contenders} for name in names}
    orders = itertools.cycle(itertools.permutations(contenders))
    for _, order in zip(range(rounds), orders):
        for name in names:
            for who, path, share in order:
                place = (source.randrange(256), source.randrange(4096))
                times[name][who].append(nanoseconds(path, name, share, place))
    return times


def ratio_layer(base, program, names, rounds, planted):
    found = {}
    for name, times in take_turns(base, program, names, rounds, planted).items():
        itself, ratio, verdict = judge(times["base"], times["again"], times["head"])
        found[name] = {"base_ns": statistics.median(times["base"] + times["again"]), "head_ns": statistics.median(times["head"]),
                       "ratio": ratio, "base_over_itself": itself, "verdict": verdict}
    return found


def probe_layer(program, names, known, planted, rounds=3):
    memory, times = [], {name: [] for name in names}
    for _ in range(rounds):
        memory.append(float(call([program, "--probe"])))
        for name in names:
            times[name].append(nanoseconds(program, name, planted))
    found = {"memory_gb_per_second": statistics.median(memory), "workloads": {}}
    for name in names:
        ns = statistics.median(times[name])
        triad_bytes = ns * found["memory_gb_per_second"]
        entry = {"ns": ns, "triad_bytes": triad_bytes, "verdict": "not proved"}
        if name in known:
            entry.update(baseline=known[name], verdict="FAIL" if triad_bytes > MORE_TRIAD_BYTES * known[name] else "pass")
        found["workloads"][name] = entry
    return found


# --- the report

def read_json(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_json(path, content):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write("\n")


def print_instructions(layer):
    print(f"\nInstructions (callgrind); FAIL above {MORE_INSTRUCTIONS:.2f} of the baseline")
    print(f"  {'workload':<18}{'instructions':>15}{'an item':>12}  {'item':<10}{'baseline':>15}{'ratio':>9}  verdict")
    for name, row in layer.items():
        beside = f"{row['baseline']:>15,}{row['ratio']:>9.4f}" if "baseline" in row else f"{'-':>15}{'-':>9}"
        print(f"  {name:<18}{row['instructions']:>15,}{row['each']:>12.1f}  {row['item']:<10}{beside}  {row['verdict']}")


def print_ratios(layer, base):
    print(f"\nProcessor time beside {base}, taking turns; intervals of {LEVEL:.0%}; FAIL where the lower limit is above {SLOWER:.2f}")
    print("and the base is not told from itself")
    print(f"  {'workload':<18}{'base ns':>11}{'head ns':>11}{'ratio':>9}  {'interval':<18}{'base over itself':<18}  verdict")
    for name, row in layer.items():
        limits = [f"{low:.3f} ... {high:.3f}" for low, _, high in (row["ratio"], row["base_over_itself"])]
        print(f"  {name:<18}{row['base_ns']:>11.4g}{row['head_ns']:>11.4g}{row['ratio'][1]:>9.4f}  {limits[0]:<18}{limits[1]:<18}  {row['verdict']}")


def print_probe(layer):
    print(f"\nTime over memory: triad of one thread {layer['memory_gb_per_second']:.1f} GB/s; FAIL above {MORE_TRIAD_BYTES:.0f} times the baseline")
    print(f"  {'workload':<18}{'ns an item':>12}{'triad bytes':>13}{'baseline':>11}  verdict")
    for name, row in layer["workloads"].items():
        known = f"{row['baseline']:>11.4g}" if "baseline" in row else f"{'-':>11}"
        print(f"  {name:<18}{row['ns']:>12.4g}{row['triad_bytes']:>13.4g}{known}  {row['verdict']}")


def verdicts(report):
    for layer, rows in (("instructions", report.get("instructions", {})), ("ratios", report.get("ratios", {})),
                        ("probe", report.get("probe", {}).get("workloads", {}))):
        for name, row in rows.items():
            yield layer, name, row["verdict"]


def conclude(report):
    failed = [f"{name} ({layer})" for layer, name, verdict in verdicts(report) if verdict == "FAIL"]
    open_ones = sum(verdict == "not proved" for _, _, verdict in verdicts(report))
    print()
    for note in report["notes"]:
        print(f"note: {note}")
    if open_ones:
        print(f"{open_ones} figures without a verdict.")
    print(f"SLOWER: {', '.join(failed)}" if failed else "Nothing is proved slower.")
    report["slower"] = failed
    return 1 if failed else 0


def update(path, key, report):
    """Replaces what was measured, and only for this key."""
    baseline = read_json(path)
    entry = baseline.setdefault(key, {"instructions": {}, "triad_bytes": {}})
    entry["instructions"].update({name: row["instructions"] for name, row in report.get("instructions", {}).items()})
    probed = report.get("probe", {}).get("workloads", {})
    entry["triad_bytes"].update({name: float(f"{row['triad_bytes']:.3g}") for name, row in probed.items()})
    write_json(path, baseline)
    print(f"wrote {path}: the difference to the last one is to be read before it is committed")


def known_figures(options, report):
    """The baseline's figures for the key of this program; nothing where there is no valgrind to ask for the key."""
    if not shutil.which("valgrind"):
        report["notes"].append("instructions left out, and no baseline to compare with: there is no valgrind (Debian: apt-get install valgrind)")
        return {}
    report["key"] = baseline_key(options.program)
    known = read_json(options.baseline).get(report["key"])
    if known is None:
        report["notes"].append(f"no baseline for '{report['key']}': nothing to compare with (--update writes one)")
    return known or {}


def count_layer(options, names, known, report):
    report["instructions"] = instruction_layer(options.program, names, known.get("instructions", {}), options.planted)
    print_instructions(report["instructions"])


def time_layers(options, names, known, report):
    if options.base_program:
        report["base"] = options.base_name
        report["ratios"] = ratio_layer(options.base_program, options.program, names, options.rounds, options.planted)
        print_ratios(report["ratios"], options.base_name)
    else:
        report["notes"].append("times beside another revision left out: no --base REV was given, or it does not build")
    report["probe"] = probe_layer(options.program, names, known.get("triad_bytes", {}), options.planted)
    print_probe(report["probe"])


def check(options, report):
    names = workloads(options.program, options.only)
    known = known_figures(options, report)
    if "key" in report and not options.only_times:
        count_layer(options, names, known, report)
    if not options.only_instructions:
        time_layers(options, names, known, report)
    if options.update and "key" in report:
        update(options.baseline, report["key"], report)
        return 0
    return conclude(report)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/release/bench/gate/gate_bench"), help="gate_bench of this build")
    parser.add_argument("--base-program", help="gate_bench of another revision")
    parser.add_argument("--base-name", default="base", help="what to call it")
    parser.add_argument("--baseline", default=os.path.join(HERE, "baseline.json"))
    parser.add_argument("--json", default=os.path.join(ROOT, "build/bench_check.json"), help="where the report goes")
    parser.add_argument("--update", action="store_true", help="write what was found into the baseline")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these workloads alone")
    parser.add_argument("--only-instructions", action="store_true", help="no times")
    parser.add_argument("--only-times", action="store_true", help="no instructions")
    parser.add_argument("--rounds", type=int, default=30, help="turns of each program; a multiple of six, at least twelve")
    parser.add_argument("--planted", type=float, default=0.0, help="share of the work done again: a slowdown to be caught")
    options = parser.parse_args()
    if options.rounds < 12 or options.rounds % 6:
        parser.error("--rounds is a multiple of six, at least twelve")
    if options.update and options.planted:
        parser.error("a planted slowdown is no baseline")
    return options


def main():
    options = arguments()
    report = {"notes": []}
    try:
        code = check(options, report)
    except Broken as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    write_json(options.json, report)
    return code


if __name__ == "__main__":
    sys.exit(main())
