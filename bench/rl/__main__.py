"""Learning from rewards against what it must reach, with the peers in turns.

    lithe bench rl                        all but the long rows, five seeds, all peers
    lithe bench rl --all                  the long ones too
    lithe bench rl cartpole --peers none  Lithe alone on one row
    lithe bench rl list                   rows and peers

`lithe bench rl` runs this folder with Python.
"""

import argparse
import datetime
import os
import pathlib
import subprocess
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])  # of the packages
sys.dont_write_bytecode = True
if sys.version_info < (3, 11):
    sys.exit("lithe bench: Python 3.11 or newer is needed; this is " + sys.version.split()[0])

from harness import machine, process, publish, rounds  # noqa: E402
from harness.report import rounded  # noqa: E402
from rl import figures, report, rows, subjects, turns  # noqa: E402

_LIMIT = 1800  # seconds that a program may take


def main():
    parser = _parser()
    options = parser.parse_args()
    options.say = lambda words: print(words, file=sys.stderr, flush=True)
    try:
        if options.from_file:
            publish.publish(publish.stored(options.from_file), options, report)
            return 0
        _complete(options)
        everything = rows.read()
        if options.what == ["list"]:
            return _list(everything)
        listed = rows.named(everything, options.what)
        before = publish.stored(options.add) if options.add else None
    except ValueError as error:
        parser.error(str(error))
    try:
        here = options.machine or machine.describe(options.lithe, again=not options.quick)
        agents = subprocess.run([options.lithe, "list", "agents"], capture_output=True, text=True,
                                env={**os.environ, "COLUMNS": "100000"},
                                check=True).stdout
    except (process.Failed, OSError, subprocess.CalledProcessError) as failure:
        print(f"lithe bench: {options.lithe} failed: {failure}", file=sys.stderr)
        return 1
    if before and before["machine"]["processor"] != here["processor"]:
        parser.error(f"{options.add} is another machine's: {before['machine']['processor']}")
    found, failed = _measure(options, listed, here, rows.defaults(agents))
    if before:
        found = turns.added(before, found, [row.name for row in everything])
    publish.publish(found, options, report)
    return 1 if failed else 0


def _measure(options, listed, here, known):
    begin, clock = datetime.date.today(), rounds.Clock(options.minutes, options.limit)
    everybody, missing = turns.subjects_of(listed, known, options)
    turns.measure(everybody, options, clock)
    results, left_out = turns.outcome(everybody)
    peak = machine.peak(here, "float32")
    found = rounded({
        "date": begin.isoformat(), "quick": options.quick, "minutes": clock.passed() / 60,
        "peer_minutes": options.peer_minutes, "machine": machine.public(here),
        "workloads": [figures.told(row, peak, rows.operations(row, known)) for row in listed],
        "results": results, "left_out": missing + left_out})
    # A peer that is missing is a gap in the table; Lithe failing is a failure.
    return found, any(s.failure for s in everybody if s.name == subjects.LITHE)


def _list(everything):
    for row in everything:
        words = ("; long" if row.long else "") + ("" if row.settings else "; no recipe")
        print(f"row   {row.name:21} {row.title}{words}")
    for peer in subjects.read_peers():
        print(f"peer  {peer['name']:21} {peer['title']}: {', '.join(peer['rows'])}")
    return 0


def _complete(options):
    publish.complete(options, "bench_environments", "rl-peers")
    options.peers = [name for names in options.peers for name in names.split(",")]
    unknown = set(options.peers) - {"none", *(p["name"] for p in subjects.read_peers())}
    if unknown:
        raise ValueError(f"there is no peer '{min(unknown)}'; `lithe bench rl list` has them")
    options.seeds = options.seeds or (1 if options.quick else 5)
    options.peer_seeds = options.peer_seeds or (1 if options.quick else 3)
    options.peer_minutes = options.peer_minutes or (0.25 if options.quick else 3)
    options.seconds = 0.05 if options.quick else 0.5


def _parser():
    parser = argparse.ArgumentParser(
        "lithe bench rl", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="names of rows, or list")
    parser.add_argument("--all", action="store_true", help="the long rows too")
    parser.add_argument("--seeds", type=int, help="Lithe's (5)")
    parser.add_argument("--peer-seeds", type=int, help="the peers' (3)")
    parser.add_argument("--peer-minutes", type=float, help="at most, for a peer and a seed (3)")
    parser.add_argument("--peers", action="append", default=[],
                        help="sb3, torch, ... or none (default: all)")
    parser.add_argument("--quick", action="store_true",
                        help="one seed, peers for a moment: to see that all runs")
    parser.add_argument("--minutes", type=float, help="begin nothing after so many")
    parser.add_argument("--limit", type=float, default=_LIMIT,
                        help=f"seconds that a program may take ({_LIMIT})")
    parser.add_argument("--add", type=pathlib.Path,
                        help="a stored JSON of this machine, whose other rows are kept")
    publish.add_options(parser)
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # what it had started has been ended
        sys.exit(130)
