#!/usr/bin/env python3
"""What `lithe doctor -- PROGRAM` says about slow programs whose cause and cost are known.

    bench/diseases/run.py --python VENV/bin/python                 times all, then asks the doctor
    bench/diseases/run.py --only denormals --no-timing             costs as an earlier run measured them
    bench/diseases/run.py --user nobody --no-timing                the doctor as an ordinary user
    bench/diseases/run.py --timing-only                            only the true costs

README.md says what the table means; requirements.txt what the programs in Python need.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

import programs  # noqa: E402
import timing  # noqa: E402

ROOT = programs.HERE.parents[1]
TOLERANCE = 0.2  # of the cost that the doctor names
NEGLIGIBLE = 1.05
DOCTOR_LIMIT = 400  # seconds
COLUMNS = ("program", "true cost", "named first", "line", "says", "within 20%")


def main():
    options = _options()
    try:
        chosen = programs.read(programs.Options(options.build, options.python), options.only)
    except ValueError as error:
        sys.exit(f"run.py: {error}")
    costs = _stored(options.costs)
    rows = []
    for program in chosen:
        missing = program.missing()
        if missing:
            print(f"{program.name}: left out, {missing} is missing", file=sys.stderr)
            continue
        program.prepare()
        if not options.no_timing and program.mended:
            _time(program, options, costs)
        if not options.timing_only:
            rows.append(_row(program, _doctor(program, options), costs.get(program.name)))
            print(_told(rows[-1]), file=sys.stderr)
    _print_costs(chosen, costs) if options.timing_only else _print_rows(rows)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--lithe", type=lambda given: str(pathlib.Path(given).resolve()), default=str(ROOT / "build/release/bin/lithe"), metavar="PATH")
    parser.add_argument("--python", default="python3", help="which has the packages")
    parser.add_argument("--user", help="who runs the doctor (needs root, and setpriv)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/diseases",
                        help="where programs are built and run (%(default)s)")
    parser.add_argument("--costs", type=pathlib.Path, help="default: costs.json in that folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=int, default=60, metavar="SECONDS",
                        help="to wait for a quiet machine before a run (%(default)s)")
    parser.add_argument("--no-timing", action="store_true", help="take the costs from that file")
    parser.add_argument("--timing-only", action="store_true", help="do not ask the doctor")
    parser.add_argument("--option", action="append", default=[],
                        help="passed on to the doctor, as in --option=--lines")
    options = parser.parse_args()
    options.build = options.build.absolute()
    options.costs = options.costs or options.build / "costs.json"
    options.python = shutil.which(options.python) or options.python
    options.only = [name for names in options.only for name in names.split(",")]
    return options


def _stored(path):
    return json.loads(path.read_text()) if path.exists() else {}


def _time(program, options, costs):
    try:
        costs[program.name] = timing.true_cost(program, options.rounds, options.patience)
    except timing.Failed as failure:
        costs.pop(program.name, None)
        print(f"no cost: {failure}", file=sys.stderr)
        return
    print(f"{program.name}: {_cost(costs[program.name])}", file=sys.stderr)
    options.costs.write_text(json.dumps(costs, indent=1))


def _doctor(program, options):
    """Its findings, most costly first; or a word why there are none."""
    answer = program.folder / "doctor.json"
    answer.unlink(missing_ok=True)
    command = [options.lithe, "doctor", "--json", "-o", str(answer), *options.option, "--",
               *program.command(program.slow)]
    if options.user:
        group = pwd.getpwnam(options.user).pw_gid
        command = ["setpriv", f"--reuid={options.user}", f"--regid={group}", "--init-groups", "--",
                   *command]
        _make_writable(program.folder)
    environment = programs.environment()
    if options.user:
        environment["HOME"] = str(program.folder)
    try:
        ended = subprocess.run(command, cwd=program.folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               errors="replace", timeout=DOCTOR_LIMIT)
        return json.loads(answer.read_text())["findings"]
    except subprocess.TimeoutExpired:
        return f"no end within {DOCTOR_LIMIT} s"
    except FileNotFoundError:
        last = ended.stderr.strip().splitlines()[-1:] if "ended" in locals() else ["no lithe"]
        return f"no answer: {' '.join(last)}"
    except (ValueError, KeyError) as error:
        return f"not the JSON expected: {error}"


def _make_writable(folder):
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o777 if path.is_dir() else 0o666))


def _row(program, findings, cost):
    """The cells of a program, and which of them are right: None where nothing can be."""
    row = {"program": program, "cost": cost, "first": "", "line": "-", "says": "-",
           "right_first": False, "right_line": False if program.file else None,
           "right_cost": False if cost and timing.sure(program, cost) else None}
    if isinstance(findings, str):
        return {**row, "first": findings}
    costly = [f for f in findings if f.get("factor") is None or f["factor"] >= NEGLIGIBLE]
    if program.healthy:
        row["right_first"] = not costly
        row["first"] = "yes: nothing" if not costly else _label(costly[0])
        return row
    places = [i for i, f in enumerate(findings) if f["name"] in program.expected]
    row["right_first"] = bool(places) and places[0] == 0
    if not places:
        return {**row, "first": _label(findings[0]) if findings else "nothing"}
    found = findings[places[0]]
    row["first"] = "yes" if row["right_first"] else f"{_label(findings[0])}; own is {places[0] + 1}."
    _fill_line(row, program, found)
    _fill_cost(row, program, found, cost)
    return row


def _label(finding):
    factor = finding.get("factor")
    return finding["name"] + (f" {factor:.2f}" if factor else " ?")


def _fill_line(row, program, finding):
    place = finding.get("place")
    if not program.file:
        return
    if not place:
        row["line"] = "none"
        return
    right = (pathlib.Path(place["file"]).name == program.file
             and place["line"] in program.numbers_of_lines())
    row["right_line"] = right
    row["line"] = "yes" if right else f"{pathlib.Path(place['file']).name}:{place['line']}"


def _fill_cost(row, program, finding, cost):
    factor = finding.get("factor")
    if factor is None:
        row["says"] = "unknown"
    elif not cost:
        row["says"] = f"{factor:.2f}"
    else:
        row["says"] = f"{factor:.2f}{' tried' if finding.get('tried') else ''}"
        row["right_cost"] = (abs(factor / cost["cost"] - 1) <= TOLERANCE
                             if timing.sure(program, cost) else None)


def _cost(cost):
    return f"{cost['cost']:.2f} ({cost['low']:.2f} to {cost['high']:.2f})" if cost else "-"


def _cells(row):
    within = {True: "yes", False: "no", None: "-"}[row["right_cost"]]
    cost = "-"
    if row["cost"]:
        unsure = "" if timing.sure(row["program"], row["cost"]) else "?"
        cost = f"{row['cost']['cost']:.2f}{unsure}"
    return (row["program"].name, cost, row["first"][:34], row["line"][:16], row["says"], within)


def _told(row):
    return "  ".join(_cells(row))


def _print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def _print_rows(rows):
    _print_table([COLUMNS, *map(_cells, rows)])
    sick = [row for row in rows if not row["program"].healthy]
    healthy = [row for row in rows if row["program"].healthy]
    print(f"\nnamed first {_share(sick, 'right_first')}, at the right line {_share(sick, 'right_line')}, "
          f"cost within 20% {_share(sick, 'right_cost')}, healthy left alone "
          f"{_share(healthy, 'right_first')}")


def _share(rows, key):
    counted = [row[key] for row in rows if row[key] is not None]
    return f"{sum(counted)} of {len(counted)}"


def _print_costs(chosen, costs):
    rows = [("program", "true cost", "of rounds", "slow epoch", "mended", "others' cores")]
    for program in chosen:
        cost = costs.get(program.name)
        if cost:
            rows.append((program.name, f"{cost['cost']:.2f}", f"{cost['low']:.2f} to {cost['high']:.2f}",
                         f"{cost['slow']:.3f} s", f"{cost['mended']:.3f} s", f"{cost['others']:.2f}"))
    _print_table(rows)


if __name__ == "__main__":
    main()
