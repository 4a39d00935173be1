#!/usr/bin/env python3
"""Trains the recipes and compares them with what they promise.

A recipe promises a test score with its key `score`; it is kept where the median of three seeds
reaches it. Some promise more: a speed run its time, the transfer its lead over the same network
from scratch, the deep sigmoid network that training it is diagnosed to fail.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time

SEEDS = (1, 2, 3)
BEFORE = {"transfer": ["transfer-base"]}  # what has to be trained first
SECONDS = {"speedrun-97": 0.6, "speedrun-98": 1.5}  # of the whole command, at most
LEAD = {"transfer": ("transfer-scratch", 3.0)}  # points that it has to be ahead by
FINDING = {"dnn10-sigmoid"}  # something has to be reported as wrong


def keys(path):
    """The lines `key = value` of a recipe, which has no tables, as text."""
    found = re.findall(r"^(\S+)\s*=\s*(.+?)\s*$", path.read_text(), re.MULTILINE)
    return {key: value.strip('"') for key, value in found}


def order(recipes):
    """The recipes, each after those that it builds on."""
    result = []
    for name in sorted(recipes):
        before = BEFORE.get(name, []) + [other for other, _ in [LEAD.get(name, (None, 0))] if other]
        for one in before + [name]:
            if one in recipes and one not in result:
                result.append(one)
    return result


def train(lithe, path, seed, out):
    """One training: the score in percent, the seconds of the command, and what was found wrong."""
    started = time.monotonic()
    command = [lithe, "train", str(path), "--seed", str(seed), "--json"]
    if path.stem == "transfer":
        # Each seed has a base of its own.
        command += ["--from", str(out / f"transfer-base-{seed}.safetensors")]
    command += ["--output", str(out / f"{path.stem}-{seed}.safetensors")]
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr.strip()}")
    report = json.loads(done.stdout)
    last = report["epochs"][-1]
    return {
        "score": 100 * last["correct"] / last["total"],
        "seconds": seconds,
        "findings": report["findings"],
    }


def judge(name, promised, runs, medians):
    """What the recipe does not keep; empty where it keeps everything."""
    broken = []
    if medians[name] < promised:
        broken.append(f"score below {promised:g}%")
    if name in LEAD:
        other, points = LEAD[name]
        if other not in medians:
            broken.append(f"no {other} to compare with")
        elif medians[name] < medians[other] + points:
            broken.append(f"{medians[name] - medians[other]:+.2f} points, not {points:+g}, to {other}")
    if name in SECONDS and max(run["seconds"] for run in runs) >= SECONDS[name]:
        broken.append(f"not under {SECONDS[name]:g} s")
    if name in FINDING and not all(run["findings"] for run in runs):
        broken.append("nothing found wrong")
    return "; ".join(broken)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lithe", default="build/release/bin/lithe", help="the program")
    parser.add_argument("--recipes", default="recipes", type=pathlib.Path, help="their folder")
    parser.add_argument("--out", default="build/recipes", type=pathlib.Path, help="for the models")
    parser.add_argument("names", nargs="*", help="these alone (default: all with a score)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    paths = {path.stem: path for path in sorted(arguments.recipes.glob("*.toml"))}
    chosen = {name for name, path in paths.items() if "score" in keys(path)}
    if arguments.names:
        for name in arguments.names:
            if name not in chosen:
                parser.error(f"no recipe with a score is called '{name}'")
        needed = set(arguments.names)
        for name in arguments.names:
            needed.update(BEFORE.get(name, []))
            if name in LEAD:
                needed.add(LEAD[name][0])
        chosen = needed
    if not chosen:
        parser.error(f"{arguments.recipes} has no recipe with a score")

    widths = "{:<18} {:>9} {:>8} {:>8} {:>8} {:>8} {:>9}  {}"
    print(widths.format("recipe", "promised", *(f"seed {seed}" for seed in SEEDS), "median",
                        "seconds", "kept"), flush=True)
    medians, failed = {}, False
    for name in order(chosen):
        promised = float(keys(paths[name])["score"].split("%")[0])
        try:
            runs = [train(arguments.lithe, paths[name], seed, arguments.out) for seed in SEEDS]
        except (RuntimeError, OSError, ValueError, KeyError, IndexError) as error:
            print(f"{name}: {error}", flush=True)
            failed = True
            continue
        medians[name] = statistics.median(run["score"] for run in runs)
        broken = judge(name, promised, runs, medians)
        failed = failed or bool(broken)
        print(widths.format(name, f"{promised:g}%", *(f"{run['score']:.2f}" for run in runs),
                            f"{medians[name]:.2f}", f"{max(run['seconds'] for run in runs):.2f}",
                            "no: " + broken if broken else "yes"), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
