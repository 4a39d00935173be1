"""lithe bench sklearn: lithe's estimators beside MLPClassifier, MLPRegressor, skorch and Keras, at the
same architecture, optimizer, batch and epochs, in turns; and an epoch from Python beside the command's.

Every subject is a process of its own in each round (fit.py), so that threads and memory of one do not
help or hurt another. What cannot be imported is named and left out.
"""

import argparse
import json
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)  # of the packages
sys.dont_write_bytecode = True

from harness import process  # noqa: E402

SUBJECTS = ("lithe", "sklearn", "skorch", "keras")
# Of each data set the epochs that are timed, by batch.
WORKLOADS = {
    "digits": {200: 20, 10: 20},
    "mnist": {200: 5, 10: 1},
    "covertype-like": {200: 5, 10: 1},
    "regression": {200: 10, 10: 2},
}
THREADS = {"one": 1, "installed": 0}
SEED = ("train", "seed", "--precision", "float32", "--epochs", "5", "--threads", "1", "--json", "--output", "/dev/null")
LIMIT = 600  # seconds of a fit


def fit(python, subject, workload, threads, epochs_by_batch):
    """What fit.py prints."""
    batches = [f"{batch}:{epochs}" for batch, epochs in epochs_by_batch.items()]
    command = [python, str(HERE / "fit.py"), subject, workload, str(threads), *batches]
    return process.run_json(command, {}, threads, LIMIT)


class Turns:
    """All subjects in turns, so that a noisy moment hits all alike."""

    def __init__(self, python, rounds):
        self.python, self.rounds, self.left_out = python, rounds, set()

    def run(self, workload, threads):
        """For each subject what each round gave."""
        results = {}
        for _ in range(self.rounds):
            for subject in SUBJECTS:
                if subject not in self.left_out:
                    self.take(results, subject, workload, threads)
        return results

    def take(self, results, subject, workload, threads):
        try:
            result = fit(self.python, subject, workload, threads, WORKLOADS[workload])
        except process.Failed as failure:
            sys.exit(f"{subject} on {workload}: {failure}")
        if "missing" in result:
            self.left_out.add(subject)
            print(f"{subject} is left out: {self.python} has no {result['missing']}", file=sys.stderr)
        else:
            results.setdefault(subject, []).append(result)


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def rows(options):
    turns = Turns(options.python, options.rounds)
    for workload in options.only or WORKLOADS:
        for threads in options.threads:
            results = turns.run(workload, THREADS[threads])
            for batch in map(str, WORKLOADS[workload]):
                lithe = statistics.median(one[batch]["seconds"] for one in results["lithe"])
                for subject, several in results.items():
                    seconds = spread([one[batch]["seconds"] for one in several])
                    yield {"workload": workload, "threads": threads, "batch": int(batch), "subject": subject,
                           "seconds": seconds, "times_lithe": seconds["median"] / lithe,
                           "score": statistics.median(one[batch]["score"] for one in several)}


def epochs_of_the_seed(options):
    """Seconds of an epoch from Python, and by the command, in turns; of each process the least."""
    times = {"python": [], "command": []}
    for _ in range(3 * options.rounds):
        python = process.run_json([options.python, str(HERE / "epoch.py")], {}, 1, LIMIT)
        command = process.run_json([options.lithe, *SEED], {}, 1, LIMIT)
        times["python"].append(python["seconds"])
        times["command"].append(min(epoch["seconds"] for epoch in command["epochs"]))
    ratio = min(times["python"]) / min(times["command"])
    return {**{name: spread(seconds) for name, seconds in times.items()}, "ratio": ratio}


def figures(seconds):
    return f"{seconds['median']:.4g} ({seconds['least']:.4g} to {seconds['most']:.4g})"


def measure_fits(options):
    print("Seconds of an epoch, median (least to most); on one thread, of processor time.\n"
          "score: accuracy, or R2 of the regression.")
    print(f"{'data':14} {'threads':9} {'batch':>5} {'':7} {'seconds':>27} {'x Lithe':>7} {'score':>5}")
    table = []
    for row in rows(options):
        table.append(row)
        print(f"{row['workload']:14} {row['threads']:9} {row['batch']:5} {row['subject']:7} "
              f"{figures(row['seconds']):>27} {row['times_lithe']:7.1f} {row['score']:5.3f}", flush=True)
    return table


def main():
    parser = argparse.ArgumentParser(prog="lithe bench sklearn", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--lithe", default="lithe", help=argparse.SUPPRESS)
    parser.add_argument("--python", default=sys.executable, help="one that has lithe and scikit-learn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", nargs="*", choices=THREADS, default=list(THREADS))
    parser.add_argument("--only", nargs="*", choices=WORKLOADS, help="these data alone")
    parser.add_argument("--json", type=pathlib.Path, help="write all figures here")
    options = parser.parse_args()
    try:
        missing = fit(options.python, "lithe", "digits", 1, {200: 1}).get("missing")
    except process.Failed as failure:
        missing = f"answer: {failure}"
    if missing:
        sys.exit(f"{options.python} has no {missing}\n"
                 "  try: pip install '.[sklearn]' in the sources, and --python with that interpreter")
    table = measure_fits(options)
    seed = epochs_of_the_seed(options)
    print(f"\nThe seed network, one thread, an epoch: from Python {figures(seed['python'])},\n"
          f"by the command {figures(seed['command'])}: of the least {seed['ratio']:.3f} times")
    if options.json:
        options.json.write_text(json.dumps({"fits": table, "seed": seed}, indent=1) + "\n")


if __name__ == "__main__":
    main()
