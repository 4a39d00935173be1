"""Measures Lithe and its peers on deeper networks, in turn, and says who takes how long a step.

    python3 bench/deep/run.py --lithe build/release/bin/lithe \
        --bench build/release/bench/bench_deep --out build/bench

Every peer runs at the best settings found for it on each workload, each program pinned to a core
(two for two threads). In each round all of them run once, so that a noisy moment hits all alike.
Tables go to the terminal; deep.json and deep.svg into the folder named by --out.
"""

import argparse
import dataclasses
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

import catalogue
import goals
import picture
import report
import workloads
from common import goal, machine, origins, process, settings
from subject import Subject


def main():
    options = _options()
    here = machine.describe()
    peak = process.run_json([options.lithe, "info", "--json"], {}, 1)["limits"]["flops_float32"]
    subjects, missing = [], []
    for workload in options.workloads:
        subjects += [Subject(name="lithe", title="Lithe", program=options.bench, threads=threads,
                             workload=workload) for threads in _threads(workload)]
    for peer in catalogue.PEERS:
        found, reasons = origins.origins(peer.package, options.pythons)
        if not found:
            missing.append({"title": peer.title, "reason": "; ".join(reasons)})
        for workload in (w for w in options.workloads if w.name in peer.workloads):
            for origin in found:
                subjects += _subjects(peer, workload, origin, options)
    _rounds(subjects, options)
    missing += [{"title": f"{s.title}, {s.workload.name}, {s.settings_title}", "reason": s.failure}
                for s in subjects if s.failure]
    _write(here, peak, [s.result() for s in subjects if s.runs], missing, options)
    # A missing peer is a gap in the table; Lithe failing is a failure.
    return 1 if any(s.failure for s in subjects if s.name == "lithe") else 0


def _threads(workload):
    return [n for n in workload.threads if n <= len(process.all_cores())]


def _subjects(peer, workload, origin, options):
    """The peer at its best on one thread, and from there on two if that is asked for."""
    subject = Subject(name=peer.name, title=peer.title, program=origin.python, origin=origin.title,
                   workload=workload)
    subjects = []
    for threads in (n for n in _threads(workload) if n in peer.threads):
        subject = dataclasses.replace(subject, threads=threads, runs=[])
        if not options.quick:
            _say(f"Best settings of {peer.title}, {workload.name}, {threads} thread(s):")
            knobs = settings.knobs if threads == 1 else settings.thread_knobs
            subject = settings.best(subject, knobs(peer.package), Subject.trial, _say)
        subjects.append(subject)
    return subjects


def _rounds(subjects, options):
    for number in range(options.rounds):
        for subject in sorted(subjects, key=lambda s: options.workloads.index(s.workload)):
            _say(f"Round {number + 1} of {options.rounds}: {subject.workload.name}, "
                 f"{subject.title}, {subject.settings_title}, {subject.threads} thread(s)")
            subject.measure(options.seconds)


def _write(here, peak, results, missing, options):
    listed = goals.goals(results, options.workloads, peak)
    print(f"{here['processor']}, {here['cores']} cores, {here['system']}, "
          f"load {here['load_at_start']:.1f} at the start"
          + (", QUICK: settings as installed, too little to quote" if options.quick else ""))
    print(report.tables(results, missing, listed, options.workloads, peak))
    options.out.mkdir(parents=True, exist_ok=True)
    document = {"machine": here, "peak_flops": peak, "rounds": options.rounds,
                "quick": options.quick,
                "workloads": [{**dataclasses.asdict(w), "network": w.sentence(),
                               "operations": w.operations(),
                               "limit_seconds": goals.limit_seconds(w, peak)}
                              for w in options.workloads],
                "results": results, "missing": missing, "goals": goal.as_json(listed)}
    (options.out / "deep.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (options.out / "deep.svg").write_text(picture.draw(here, results, options.workloads, peak),
                                          encoding="utf-8")
    print(f"\nWritten: {options.out / 'deep.json'}, {options.out / 'deep.svg'}")


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lithe", required=True, help="Lithe's program: it knows the peak")
    parser.add_argument("--bench", required=True, help="bench_deep, which times Lithe's steps")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the results")
    parser.add_argument("--workloads", nargs="+", choices=[w.name for w in workloads.WORKLOADS],
                        help="only these")
    parser.add_argument("--seconds", type=float, default=1, help="of each run, measured")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true",
                        help="one short round, as installed: to see that all runs")
    parser.add_argument("--system-python", default="/usr/bin/python3",
                        help="the Python that has the system's NumPy and PyTorch")
    parser.add_argument("--venv", type=pathlib.Path,
                        help="where bench/peers.sh installed (default: peers beside --out)")
    options = parser.parse_args()
    venv = options.venv or options.out.parent / "peers"
    options.pythons = [options.system_python, str(venv.absolute() / "bin" / "python")]
    options.workloads = [w for w in workloads.WORKLOADS
                         if not options.workloads or w.name in options.workloads]
    if options.quick:
        options.rounds, options.seconds = 1, 0.1
    return options


if __name__ == "__main__":
    sys.exit(main())
