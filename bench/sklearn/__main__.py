"""lithe bench sklearn: lithe's estimators beside MLPClassifier, MLPRegressor, skorch and Keras, at the
same architecture, optimizer, batch and epochs, in turns.

Every fit is a process of its own (fit.py), so that threads and memory of one do not help or hurt
another. What cannot be imported is named and left out.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SUBJECTS = ("lithe", "sklearn", "skorch", "keras")
# name: rows, what it is; batches and epochs that are timed
WORKLOADS = {
    "digits": {"batches": (200, 10), "epochs": 20},
    "mnist": {"batches": (200, 10), "epochs": 2},
    "covertype-like": {"batches": (200, 10), "epochs": 2},
    "regression": {"batches": (200, 10), "epochs": 5},
}
THREADS = ("one", "installed")
LIMITED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LITHE_BENCH_THREADS")


def fit(python, subject, workload, batch, epochs, threads):
    """What fit.py prints, or None where the subject is not there."""
    environment = dict(os.environ)
    if threads == "one":
        environment.update(dict.fromkeys(LIMITED, "1"))
    done = subprocess.run([python, HERE / "fit.py", subject, workload, str(batch), str(epochs)],
                          env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 77 or (done.returncode == 0 and not done.stdout):
        return None
    if done.returncode != 0:
        sys.exit(f"{subject} on {workload} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(options, workload, batch, epochs, threads):
    """Rounds in turns: {subject: [results]}."""
    results = {}
    missing = set()
    for _ in range(options.rounds):
        for subject in SUBJECTS:
            if subject in missing:
                continue
            result = fit(options.python, subject, workload, batch, epochs, threads)
            if result is None:
                missing.add(subject)
            else:
                results.setdefault(subject, []).append(result)
    return results


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def rows(options):
    for workload in options.only or WORKLOADS:
        about = WORKLOADS[workload]
        for threads in THREADS:
            for batch in about["batches"]:
                results = measure(options, workload, batch, about["epochs"], threads)
                lithe = statistics.median(one["seconds"] for one in results["lithe"])
                for subject, several in results.items():
                    seconds = spread([one["seconds"] for one in several])
                    yield {"workload": workload, "threads": threads, "batch": batch, "subject": subject,
                           "seconds": seconds, "times_lithe": seconds["median"] / lithe,
                           "score": statistics.median(one["score"] for one in several)}


def main():
    parser = argparse.ArgumentParser(prog="lithe bench sklearn", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--lithe", help=argparse.SUPPRESS)
    parser.add_argument("--python", default=sys.executable, help="one that has lithe and scikit-learn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=WORKLOADS, help="these workloads alone")
    parser.add_argument("--json", type=pathlib.Path, help="write all figures here")
    options = parser.parse_args()
    if fit(options.python, "lithe", "digits", 200, 1, "one") is None:
        sys.exit(f"{options.python} has no lithe or no scikit-learn\n"
                 "  try: pip install '.[sklearn]' in the sources, and --python with that interpreter")
    print("Seconds of an epoch, median (least to most); score: accuracy, or R2 of the regression.")
    print(f"{'workload':15} {'threads':9} {'batch':>5} {'':8} {'seconds':>28} {'x Lithe':>8} {'score':>6}")
    table = []
    for row in rows(options):
        table.append(row)
        s = row["seconds"]
        figures = f"{s['median']:.4g} ({s['least']:.4g} to {s['most']:.4g})"
        print(f"{row['workload']:15} {row['threads']:9} {row['batch']:5} {row['subject']:8} "
              f"{figures:>28} {row['times_lithe']:8.1f} {row['score']:6.3f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
