#!/usr/bin/env python3
"""Kills trainings at random moments, resumes them until they end, and compares with trainings that
were not killed: the model or policy, and the curve, must be the same to the byte, and no other file
may be left.

    tests/torture/torture.py --lithe build/release/bin/lithe --kills 500
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

# Each takes a second or two.
TRAININGS = {
    "dense": ["train", "--data", "digits", "--examples", "4000", "--network",
              "dense(64, relu) -> dropout(0.1) -> dense(10)", "--loss", "cross_entropy",
              "--optimizer", "adam(0.001)", "--average", "ema(0.99)", "--epochs", "20",
              "--validation", "10%", "--patience", "20", "--recover"],
    "convolution": ["train", "--data", "digits", "--examples", "1000", "--network",
                    "conv2d(8, 3, relu) -> max_pool -> batch_norm -> flatten -> dense(10)",
                    "--loss", "cross_entropy", "--optimizer", "momentum(plateau(0.05), 0.9)",
                    "--batch", "20", "--epochs", "6", "--augment", "shift(2)"],
    "agent": ["rl", "train", "cartpole", "--agent", "ppo(n_steps=128)", "--network",
              "dense(32, tanh)", "--steps", "30000", "--evaluate-every", "5000", "--episodes", "10",
              "--curve", "curve"],
}
STATE = ["--state", "run.state", "--resume=auto", "--keep-every", "0"]


def outputs(folder):
    """What a training has made: a curve without its column of seconds."""
    found = {"out.safetensors": (folder / "out.safetensors").read_bytes()}
    curve = folder / "curve.csv"
    if curve.exists():
        rows = [line.split(",") for line in curve.read_text().splitlines()]
        found["curve.csv"] = [row[:1] + row[2:] for row in rows]
    return found


def start(lithe, arguments, folder):
    return subprocess.Popen([lithe, *arguments, "--output", "out.safetensors"], cwd=folder,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def ended(process):
    error = process.communicate()[1]
    if process.returncode != 0:
        raise SystemExit(f"status {process.returncode}: {error}")


def torture(lithe, name, kills, seed):
    """Returns how many trainings it took. Ends the program with a message where one differs."""
    chance = random.Random(f"{name} {seed}")
    arguments = TRAININGS[name]
    with tempfile.TemporaryDirectory() as root:
        whole = pathlib.Path(root, "whole")
        whole.mkdir()
        begin = time.monotonic()
        ended(start(lithe, arguments, whole))
        seconds = time.monotonic() - begin
        killed = trainings = 0
        while killed < kills:
            trainings += 1
            folder = pathlib.Path(root, f"cut-{trainings}")
            folder.mkdir()
            while True:
                process = start(lithe, arguments + STATE, folder)
                try:
                    process.wait(chance.uniform(0.05, 0.9) * seconds)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    killed += 1
                    continue
                ended(process)
                break
            if outputs(folder) != outputs(whole):
                raise SystemExit(f"{name}: training {trainings} ended otherwise")
            left = set(os.listdir(folder)) - {"out.safetensors", "run.state", "curve.csv",
                                              "curve.svg"}
            if left:
                raise SystemExit(f"{name}: {sorted(left)} were left")
        return killed, trainings


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lithe", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--kills", type=int, default=500, help="of each training")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    for name in TRAININGS:
        killed, trainings = torture(options.lithe, name, options.kills, options.seed)
        print(f"{name}: {killed} kills in {trainings} trainings, each ended as if there were none",
              flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
