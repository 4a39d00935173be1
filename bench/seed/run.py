"""Measures Lithe and its peers on the seed's workload, in turn, and says who takes how long.

    python3 bench/seed/run.py --lithe build/apps/lithe/lithe --out build/bench

Every peer runs as installed and at the best settings found for it, each program pinned to a core.
In each round all of them run once, so that a noisy moment hits all alike. Tables go to the
terminal; seed.json and seed.svg into the folder named by --out.
"""

import argparse
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # of the package common

import catalogue
import goals
import picture
import report
from common import goal, machine, origins, process, settings
from subject import Subject

_EPOCHS_AT_LEAST = 5


def main():
    options = _options()
    here = machine.describe()
    subjects, missing = _lithe(options)
    for peer in catalogue.PEERS:
        found, reasons = origins.origins(peer.package, options.pythons)
        if not found:
            missing.append({"title": peer.title, "reason": "; ".join(reasons)})
        for precision in peer.precisions if found else ():
            subjects += _settings_of(peer, precision, found, options)
    _rounds(subjects, options)
    missing += [{"title": f"{s.title}, {s.precision}, {s.settings_title}", "reason": s.failure}
                for s in subjects if s.failure]
    _write(here, [s.result() for s in subjects if s.runs], missing, options)
    # A missing peer is a gap in the table; Lithe failing is a failure.
    return 1 if any(s.failure for s in subjects if s.name == "lithe") else 0


def _lithe(options):
    """Lithe in both precisions, on one thread and, where there are two cores, on two."""
    if not options.lithe:
        return [], [{"title": "Lithe", "reason": "no program was named with --lithe"}]
    threads = [n for n in (1, 2) if n <= len(process.all_cores())]
    return [Subject(name="lithe", title="Lithe", precision=precision, program=options.lithe,
                    threads=n)
            for precision in ("float32", "float64") for n in threads], []


def _settings_of(peer, precision, found, options):
    """The subjects of one peer: from each origin, as installed and at its best."""
    subjects = []
    for origin in found:
        installed = Subject(name=peer.name, title=peer.title, precision=precision,
                            program=origin.python, origin=origin.title, slow=peer.slow)
        subjects.append(installed)
        if not options.quick:
            _say(f"Best settings of {peer.title}, {precision}:")
            best = settings.best(installed, settings.knobs(peer.package),
                                 lambda s: s.trial(options.seed), _say)
            subjects += [best] if best is not installed else []
    return subjects


def _rounds(subjects, options):
    for number in range(options.rounds):
        for subject in subjects:
            _say(f"Round {number + 1} of {options.rounds}: {subject.title}, {subject.precision}, "
                 f"{subject.settings_title}")
            few = math.ceil(_EPOCHS_AT_LEAST / options.rounds)
            epochs = min(few, options.epochs) if subject.slow else options.epochs
            subject.measure(epochs, options.seed)


def _write(here, results, missing, options):
    listed = goals.goals(results)
    print(f"{here['processor']}, {here['cores']} cores, {here['system']}, "
          f"load {here['load_at_start']:.1f} at the start"
          + (", QUICK: settings as installed, too few epochs to quote" if options.quick else ""))
    print(report.tables(results, missing, listed))
    options.out.mkdir(parents=True, exist_ok=True)
    document = {"machine": here, "rounds": options.rounds, "seed": options.seed,
                "quick": options.quick, "results": results, "missing": missing,
                "goals": goal.as_json(listed)}
    (options.out / "seed.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (options.out / "seed.svg").write_text(picture.draw(here, results), encoding="utf-8")
    print(f"\nWritten: {options.out / 'seed.json'}, {options.out / 'seed.svg'}")


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lithe", help="Lithe's program; without it the peers run alone")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the results")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of each run")
    parser.add_argument("--rounds", type=int, default=3)
    # Of NumPy's first eight seeds, 1 and 6 begin with a digit that is learned late.
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--quick", action="store_true",
                        help="one round of two epochs, as installed: to see that all runs")
    parser.add_argument("--system-python", default="/usr/bin/python3",
                        help="the Python that has the system's NumPy and PyTorch")
    parser.add_argument("--venv", type=pathlib.Path,
                        help="where bench/peers.sh installed (default: peers beside --out)")
    options = parser.parse_args()
    venv = options.venv or options.out.parent / "peers"
    options.pythons = [options.system_python, str(venv.absolute() / "bin" / "python")]
    if options.quick:
        options.rounds, options.epochs = 1, 2
    return options


if __name__ == "__main__":
    sys.exit(main())
