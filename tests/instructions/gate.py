#!/usr/bin/env python3
"""Holds the instructions of small runs against stored figures: a gate that needs no quiet machine.

    gate.py --program instruction_runs --figures figures.json           checks
    gate.py --program instruction_runs --figures figures.json --update  counts anew, says what moved

Time is measured by benchmarks; this notices work that is done twice, a kernel that is no longer
chosen, an allocation in a loop. It sees neither caches nor waiting.

The program's runs (runs.cc) go through callgrind one by one, with an environment of our own and
every symbol bound beforehand, and only what happens within `counted_part` counts. Where the
processor has AVX2 and FMA, valgrind presents a Haswell to the program, so AMD and Intel machines run
the same instructions. Counted again, a run comes out the same to the instruction.

TOLERANCE leaves room for what the compiler makes of changes elsewhere: other inlining, other
registers. It is small enough to see a vector allocated in every stage of a step, which made
prediction 9.6% and seed-float32 1.4% longer. It is broken both ways: a gain that is not stored
could be lost again unnoticed.

Another compiler, other flags, or another version of Highway, the C library or valgrind makes other
instructions of the same sources. The stored figures say which they were counted with; with any other
there is nothing to compare, and the gate says so and is skipped (exit status 77).
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import counts  # noqa: E402

TOLERANCE = 0.01
LEAST_SHARE = 0.001  # of a run, for a function to be stored
SHOWN = 5  # functions of a run that moved most
SKIPPED = 77
CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "LD_BIND_NOW": "1"}
CALLGRIND = ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=counted_part",
             "--compress-strings=no", "--compress-pos=no", "--dump-line=no"]


class NoCount(Exception):
    """Nothing can be counted or compared here; the text says why."""


class Broken(Exception):
    """A run failed. The text says how."""


def run(command, cwd=None):
    try:
        return subprocess.run(command, cwd=cwd, env=CLEAN, capture_output=True, text=True,
                              check=False)
    except FileNotFoundError as error:
        raise NoCount(f"{command[0]} is not there (`scripts/setup.sh test` installs it)") from error


def ask(program):
    """The names of the runs, and what counts depend on besides the sources."""
    about = json.loads(run([program, "--about"]).stdout)
    valgrind = run(["valgrind", "--version"]).stdout.strip().removeprefix("valgrind-")
    return about["runs"], about["depends"] | {"valgrind": valgrind, "machine": os.uname().machine}


def check_processor(program):
    """Valgrind itself, and the instruction sets that it shows to the program."""
    done = run(["valgrind", "--quiet", program, "--has-avx2"])
    if done.returncode == SKIPPED:
        raise NoCount("under valgrind this processor has no AVX2 with FMA")
    if done.returncode != 0:
        raise NoCount("valgrind does not work here: " + (done.stderr.strip() or "no word of why"))


def count(program, name):
    """Instructions of each function in one run."""
    folder, file_name = os.path.split(os.path.abspath(program))
    with tempfile.NamedTemporaryFile(prefix="lithe-count-") as file:
        # Called alike wherever it lies: the length of its name moves the stack, and strings on it that
        # come to stand across two pages are compared in another way.
        done = run([*CALLGRIND, f"--callgrind-out-file={file.name}", f"./{file_name}", name],
                   cwd=folder)
        if done.returncode != 0:
            raise Broken(f"{name} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        functions = counts.by_function(pathlib.Path(file.name).read_text(encoding="utf-8"))
    if not functions:
        raise Broken(f"{name} counted nothing: counted_part was not met")
    return functions


def summary(functions):
    """As it is stored: the sum, and the functions that matter to it, largest first."""
    total = sum(functions.values())
    kept = {name: n for name, n in functions.items() if n >= LEAST_SHARE * total}
    return {"instructions": total,
            "functions": dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))}


def moved(old, new):
    """(function, before, after) of the functions that moved, most first. Below LEAST_SHARE is 0."""
    before, after = old["functions"], new["functions"]
    changes = [(name, before.get(name, 0), after.get(name, 0)) for name in before | after]
    changes = [change for change in changes if change[1] != change[2]]
    return sorted(changes, key=lambda change: (-abs(change[2] - change[1]), change[0]))


def not_comparable(stored, depends):
    """Why figures counted with `stored` say nothing about `depends`; empty if they do."""
    other = [f"{key} is {depends.get(key)}, the figures have {stored.get(key)}"
             for key in sorted(stored | depends) if stored.get(key) != depends.get(key)]
    return "; ".join(other)


def compare(old, new):
    """Whether each run of `new` is within the tolerance of `old`, and the lines that say so."""
    kept, lines = True, []
    for name in sorted(old | new):
        if name not in old or name not in new:
            lines.append(f"{name}: " + ("new, not stored yet" if name in new else "no such run now"))
            kept = False
            continue
        before, after = old[name]["instructions"], new[name]["instructions"]
        change = after / before - 1
        broken = abs(change) > TOLERANCE
        kept = kept and not broken
        lines.append(f"{name}: {before:,} -> {after:,} instructions, {change:+.2%}"
                     + (f", more than the {TOLERANCE:.0%} allowed" if broken else ""))
        if broken or abs(change) > TOLERANCE / 10:
            lines += [f"    {n - o:+13,}  {(n - o) / before:+7.2%}  {function}"
                      for function, o, n in moved(old[name], new[name])[:SHOWN]]
    return kept, lines


def check(program, figures):
    stored = json.loads(figures.read_text(encoding="utf-8"))
    names, depends = ask(program)
    reason = not_comparable(stored["depends"], depends)
    if reason:
        raise NoCount(f"the stored counts are of another build: {reason}")
    check_processor(program)
    kept, lines = compare(stored["runs"], {name: summary(count(program, name)) for name in names})
    print("\n".join(lines))
    if not kept:
        print("If this is meant, `make update-instructions` stores the new counts; say in the commit "
              "why they moved.")
    return 0 if kept else 1


def update(program, figures):
    names, depends = ask(program)
    check_processor(program)
    new = {name: summary(count(program, name)) for name in names}
    stored = {"depends": depends, "runs": {}}
    if figures.exists():
        stored = json.loads(figures.read_text(encoding="utf-8"))
    beside = figures.with_suffix(".new")
    beside.write_text(json.dumps({"depends": depends, "runs": new}, indent=1) + "\n", encoding="utf-8")
    beside.replace(figures)
    reason = not_comparable(stored["depends"], depends)
    print(*([f"Counted with another build: {reason}"] if reason else []),
          *compare(stored["runs"], new)[1], sep="\n")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--figures", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    try:
        return (update if options.update else check)(options.program, options.figures)
    except NoCount as reason:
        print(f"Skipped: {reason}")
        return SKIPPED
    except Broken as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
