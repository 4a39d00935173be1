"""Measures Lithe and its peers on the same work, in turns.

    lithe bench seed                 the seed network, all installed peers
    lithe bench deep conv --quick    whether all runs; too short for figures
    lithe bench tanh300 --peers jax,torch
    lithe bench seed --blas all      every BLAS in place of Lithe's kernels
    lithe bench list                 workloads and peers, and where each peer is
    lithe bench rl                 learning from rewards: lithe bench rl --help

`lithe bench` runs this folder with Python.
"""

import argparse
import datetime
import json
import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])  # of the package
sys.dont_write_bytecode = True
if sys.version_info < (3, 11):
    sys.exit("lithe bench: Python 3.11 or newer is needed; this is " + sys.version.split()[0])

from harness import blas, catalogue, goals, machine  # noqa: E402
from harness import places, process, publish, readme, report, rounds, workloads  # noqa: E402


def main():
    parser = _parser()
    options = parser.parse_args()
    options.say = lambda words: print(words, file=sys.stderr, flush=True)
    try:
        if options.from_file:
            _publish(publish.stored(options.from_file), options)
            return 0
        _complete(options)
        if options.readme:
            readme.parts(options.readme)
        if options.what == ["list"]:
            return _list(options)
        chosen = workloads.chosen(workloads.read(), options.what)
        peers = catalogue.chosen([n for names in options.peers for n in names.split(",")])
    except ValueError as error:
        parser.error(str(error))
    return _measure(options, chosen, peers)


def _measure(options, chosen, peers):
    if not (options.programs / "bench_lithe").exists():
        print(f"lithe bench: {options.programs}/bench_lithe, which measures Lithe's side, is not "
              "there\n  try: make build, which builds it beside the program", file=sys.stderr)
        return 1
    begin, clock = datetime.date.today(), rounds.Clock(options.minutes, options.limit)
    try:
        here = options.machine or machine.describe(options.lithe, again=not options.quick)
    except process.Failed as failure:
        print(f"lithe bench: `lithe info` failed: {failure}", file=sys.stderr)
        return 1
    tried = blas.measure(blas.libraries(here, options.blas), options, clock) if options.blas else []
    subjects, missing = rounds.peer_subjects(peers, chosen, here, options, clock)
    subjects = rounds.lithe_subjects(chosen, options) + subjects
    begun = rounds.measure(subjects, chosen, options, clock)
    results, left_out = rounds.outcome(subjects)
    found = report.rounded({
        "date": begin.isoformat(), "quick": options.quick, "rounds": begun,
        "seconds": options.seconds, "minutes": clock.passed() / 60, "machine": machine.public(here),
        "workloads": [_told(w, here) for w in chosen], "results": results,
        "goals": goals.goals(results, chosen, here), "blas": tried,
        "left_out": missing + left_out, "not_compared": _not_compared(peers, chosen)})
    _publish(found, options)
    # A peer that is missing is a gap in the table; Lithe failing is a failure.
    return 1 if any(s.failure for s in subjects if s.name == rounds.LITHE) else 0


def _publish(found, options):
    publish.publish(found, options, report)
    if options.readme:
        readme.write(options.readme, found)
        options.say(f"Written: {options.readme}")


def _told(workload, here):
    return {"name": workload.name, "group": workload.group, "title": workload.title,
            "short": workload.short,
            "kind": workload.kind, "per": workload.per, "precision": workload.precision,
            "network": workload.network, "operations": workload.operations(),
            "limit_seconds": workload.operations() / machine.peak(here, workload.precision),
            "cores": len(process.all_cores())}


def _not_compared(peers, chosen):
    told = []
    for peer in peers:
        on = [w.name for w in chosen if peer.takes(w)]
        if on and peer.why_not and len(on) < len(chosen):
            told.append({"title": peer.title, "on": ", ".join(on), "reason": peer.why_not})
    return told


def _list(options):
    for one in workloads.read():
        print(f"{one.group:9} {one.name:17} {one.title}")
    seen = {}
    for peer in catalogue.PEERS:
        there, reasons = places.places(peer, options, seen)
        where = ", ".join(place.command[0] for place in there) or f"missing: {'; '.join(reasons)}"
        print(f"peer      {peer.name:17} {peer.title}: {where}")
    return 0


def _complete(options):
    """What follows from the options: where things are, and how long to measure."""
    publish.complete(options, "bench_lithe")
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (0.05 if options.quick else 0.5)


def _parser():
    parser = argparse.ArgumentParser(
        "lithe bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["all"],
                        help="seed, deep, conv, sequences, all, a workload's name, or list")
    parser.add_argument("--peers", action="append", default=[],
                        help="numpy, pytorch, jax, sklearn, ... or none (default: all)")
    parser.add_argument("--quick", action="store_true",
                        help="one short round, no search for settings: to see that all runs")
    parser.add_argument("--rounds", type=int, help="at most (3)")
    parser.add_argument("--seconds", type=float, help="measured in each run (0.5)")
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--limit", type=float, default=rounds.RUN_LIMIT,
                        help=f"seconds that a program may take ({rounds.RUN_LIMIT})")
    parser.add_argument("--threads", type=int, nargs="+", choices=(1, 2), default=(1, 2),
                        help="Lithe on one, on two, or both (1 2)")
    parser.add_argument("--blas", action="append", default=[],
                        help="train the seed network with every BLAS: all, a kind or a path")
    parser.add_argument("--readme", type=pathlib.Path,
                        help="put the first table into this Markdown file, between its markers")
    publish.add_options(parser)
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # what it had started has been ended
        sys.exit(130)
