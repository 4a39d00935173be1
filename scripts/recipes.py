#!/usr/bin/env python3
"""Trains the recipes and compares them with what they promise.

A recipe promises a test score with its key `score`; it is kept where the median of three seeds
reaches it. Some promise more: a speed run its time, the transfer its lead over the same network
from scratch, the deep sigmoid network that training it is diagnosed to fail.

A recipe for what is unknown has the key `report`, arguments of `lithe unknown-report` for its model,
and `promise`, what the median of the seeds has to keep of that report:

    report = "--unknown letters --unknown shapes"
    promise = "accuracy >= 99%, fpr95 < 5%, kind auroc >= 0.99"

A figure is that of the worst set, after `kind` that of the worst kind in any set. With the key
`splits`, lists of known classes with a slash between them, each seed is trained once for each split
and its figures are the means: `splits = "2,4,5,9,8,3 / 3,2,6,9,4,0"`.

A recipe for numbers promises their root mean squared error on the test rows:

    promise = "rmse <= 16.5"

A recipe for text promises bits a character of the part that is held out:

    promise = "bits <= 2.1"

A recipe with the key `agent` learns from rewards (recipes/rl). Its score is a mean return, of the
evaluation that ended the training where it has the key `until`; else the policy that is kept has to
show it again, in 100 episodes that it was never judged by.
"""

import argparse
import json
import pathlib
import operator
import re
import shlex
import statistics
import subprocess
import sys
import time

SEEDS = (1, 2, 3)
AGAIN = 1_000_000  # seeds of episodes far from those that a policy was judged by
BEFORE = {"transfer": ["transfer-base"]}  # what has to be trained first
SECONDS = {"speedrun-97": 0.6, "speedrun-98": 1.5, "speedrun-99": 6.0}  # of the whole command, at most
LEAD = {"transfer": ("transfer-scratch", 3.0)}  # points that it has to be ahead by
FINDING = {"dnn10-sigmoid"}  # something has to be reported as wrong


OPERATORS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
WORST = {"auroc": min, "aupr": min, "oscr": min, "fpr95": max, "acceptance_rate": max}  # of several sets


def parse_promises(text):
    """(figure, sign, bound) of each; "kind auroc >= 99%" gives ("kind auroc", ">=", 0.99)."""
    result = []
    for promise in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"((?:kind )?(\w+))\s*(>=|>|<=|<)\s*([\d.]+)(%?)", promise)
        if not found or found[2] not in {"accuracy", "known_acceptance_rate", "rmse", "bits", *WORST}:
            raise ValueError(f"'{promise}' promises nothing that a report has")
        result.append((found[1], found[3], float(found[4]) / (100 if found[5] else 1)))
    return result


def figures(report):
    """Of a report's first score, by the names that promises use."""
    score = report["scores"][0]
    result = {"accuracy": report["accuracy"], "known_acceptance_rate": score["known_acceptance_rate"]}
    sets = [row for row in score["unknown"] if not row["kind"]]
    # A set of one kind has no row for it.
    several = {row["set"] for row in score["unknown"] if row["kind"]}
    kinds = [row for row in score["unknown"] if row["kind"] or row["set"] not in several]
    for name, worst in WORST.items():
        result[name] = worst(row[name] for row in sets)
        result["kind " + name] = worst(row[name] for row in kinds)
    return result


def means(dictionaries):
    return {key: statistics.fmean(one[key] for one in dictionaries) for key in dictionaries[0]}


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


def run_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def train(lithe, path, seed, out, classes=None):
    """One training: the score in percent, the seconds of the command, and what was found wrong;
    with the key `report`, the figures of that."""
    started = time.monotonic()
    model = out / "-".join([path.stem, str(seed)] + ([classes.replace(",", "")] if classes else []))
    model = str(model) + ".safetensors"
    if "agent" in keys(path):
        return train_agent(lithe, path, seed, model)
    command = [lithe, "train", str(path), "--seed", str(seed), "--json", "--output", model]
    if classes:
        command += ["--classes", classes]
    if path.stem == "transfer":
        # Each seed has a base of its own.
        command += ["--from", str(out / f"transfer-base-{seed}.safetensors")]
    report = run_json(command)
    seconds = time.monotonic() - started
    last = report["epochs"][report["kept_epoch"] - 1]
    numbers = last["correct"] is None
    result = {
        "score": last["test_rmse"] if numbers else 100 * last["correct"] / last["total"],
        "seconds": seconds,
        "findings": report["findings"],
        "figures": {"rmse": last["test_rmse"], "bits": last["test_bits"]},
    }
    if "report" in keys(path):
        arguments = shlex.split(keys(path)["report"])
        result["figures"] = figures(run_json([lithe, "unknown-report", model, "--json", *arguments]))
    return result


def train_agent(lithe, path, seed, policy):
    """The same of one that learns from rewards; its score is a mean return."""
    started = time.monotonic()
    score = run_json([lithe, "rl", "train", str(path), "--seed", str(seed), "--json", "--output",
                      policy])["best_mean_return"]
    seconds = time.monotonic() - started
    if "until" not in keys(path):
        score = run_json([lithe, "rl", "evaluate", policy, "--seed", str(AGAIN + seed),
                          "--json"])["mean_return"]
    return {"score": score, "seconds": seconds, "findings": [], "figures": {}}


def train_splits(lithe, path, seed, out):
    """One training, or one for each split of the classes: means of scores and figures, the longest
    time."""
    splits = [split.strip() for split in keys(path).get("splits", "").split("/")]
    runs = [train(lithe, path, seed, out, split or None) for split in splits]
    return {
        "score": statistics.fmean(run["score"] for run in runs),
        "seconds": max(run["seconds"] for run in runs),
        "findings": [finding for run in runs for finding in run["findings"]],
        "figures": means([run["figures"] for run in runs]),
    }


def judge_promises(promises, runs):
    """For each promise its text, the figure of each run, their median, and whether that keeps it."""
    for name, sign, bound in promises:
        values = [run["figures"][name] for run in runs]
        median = statistics.median(values)
        yield f"{name} {sign} {bound:g}", values, median, OPERATORS[sign](median, bound)


def judge(name, promised, runs, medians, unit="%"):
    """What the recipe does not keep; empty where it keeps everything."""
    broken = []
    if promised is not None and medians[name] < promised:
        broken.append(f"score below {promised:g}{unit}")
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
    parser.add_argument("names", nargs="*", help="these alone (default: all that promise something)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    paths = {path.stem: path for path in sorted(arguments.recipes.glob("*.toml"))}
    chosen = {name for name, path in paths.items() if {"score", "promise"} & set(keys(path))}
    if arguments.names:
        for name in arguments.names:
            if name not in chosen:
                parser.error(f"no recipe with a score or a promise is called '{name}'")
        needed = set(arguments.names)
        for name in arguments.names:
            needed.update(BEFORE.get(name, []))
            if name in LEAD:
                needed.add(LEAD[name][0])
        chosen = needed
    if not chosen:
        parser.error(f"{arguments.recipes} has no recipe that promises something")

    widths = "{:<26} {:>9} {:>8} {:>8} {:>8} {:>8} {:>9}  {}"
    print(widths.format("recipe", "promised", *(f"seed {seed}" for seed in SEEDS), "median",
                        "seconds", "kept"), flush=True)
    medians, failed = {}, False
    for name in order(chosen):
        recipe = keys(paths[name])
        promised = float(recipe["score"].split("%")[0]) if "score" in recipe else None
        try:
            promises = parse_promises(recipe.get("promise", ""))
            if any(name not in ("rmse", "bits") for name, _, _ in promises) and "report" not in recipe:
                raise ValueError("a promise, and no report that could keep it")
            runs = [train_splits(arguments.lithe, paths[name], seed, arguments.out)
                    for seed in SEEDS]
        except (RuntimeError, OSError, ValueError, KeyError, IndexError) as error:
            print(f"{name}: {error}", flush=True)
            failed = True
            continue
        medians[name] = statistics.median(run["score"] for run in runs)
        unit = "" if "agent" in recipe else "%"
        broken = judge(name, promised, runs, medians, unit)
        failed = failed or bool(broken)
        print(widths.format(name, "" if promised is None else f"{promised:g}{unit}",
                            *(f"{run['score']:.2f}" for run in runs),
                            f"{medians[name]:.2f}", f"{max(run['seconds'] for run in runs):.2f}",
                            "no: " + broken if broken else "yes"), flush=True)
        for text, values, median, kept in judge_promises(promises, runs):
            failed = failed or not kept
            print(widths.format("  " + text, "", *(f"{value:.4f}" for value in values),
                                f"{median:.4f}", "", "yes" if kept else "no"), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
