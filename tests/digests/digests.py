#!/usr/bin/env python3
"""Holds the weights that short, fixed trainings come to against stored digests.

    digests.py --lithe PATH            checks
    digests.py --lithe PATH --update   stores the digests anew, says which moved
    digests.py --lithe PATH --emulator qemu-aarch64    checks a program of another processor

This notices a change of a single bit in anything that training goes through: data, initial values,
order, kernels, optimizers, what stops or averages, agents. It pins what a rearrangement must not
change; whether the weights are any good, other tests say.

runs.toml has the runs, each the words of a command, and every word of a command line that is used
here. Each run is done in several ways (threads, instruction sets), which must give the same bits.
The digest is of names, types, shapes and values of the arrays in the model's file, in the order of
their names: notes and the places of the arrays in the file may change.

Whatever `lithe list` has of the kinds in `complete` of runs.toml must stand among the words of some
run, so that nothing new is forgotten; the kinds in `free` need no run.

Without AVX2 or NEON the program rounds otherwise, and there is nothing to compare (exit status 77). Initial
values take the C library's logarithms and cosines: another C library may give other digests although
nothing was changed here.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib

sys.dont_write_bytecode = True
import made_data  # noqa: E402

RUNS = pathlib.Path(__file__).with_name("runs.toml")
AT_ONCE = 2
SECONDS = 300  # that a command may take; sanitizers make most of them many times as long
SKIPPED = 77
MODEL = "model.safetensors"


class NoComparison(Exception):
    """Nothing can be compared here; the text says why."""


class Broken(Exception):
    """A run failed. The text says how."""


class Program:
    """Lithe, with caches and data of our own."""

    def __init__(self, path, folder, emulator=None):
        self.command = [*([emulator] if emulator else []), os.path.abspath(path)]
        self.folder = folder
        self.aside = folder / "aside"  # beside the data, as the runs' own folders
        self.aside.mkdir()
        self.environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache"),
                                         "LITHE_DATA": str(folder / "fetched"), "LC_ALL": "C"}

    def call(self, words, cwd=None):
        return subprocess.run([*self.command, *words], cwd=cwd or self.aside, env=self.environment,
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def run(self, words, cwd=None):
        try:
            done = self.call(words, cwd)
        except subprocess.TimeoutExpired as error:
            raise Broken(f"lithe {shlex.join(words)} takes longer than {SECONDS} s") from error
        if done.returncode != 0:
            raise Broken(f"lithe {shlex.join(words)} ended with {done.returncode}: "
                         f"{done.stderr.strip()[-500:]}")
        return done.stdout

    def has_isa(self, probe, isa):
        """Whether it runs kernels of this instruction set here: it says so itself."""
        done = self.call([*probe, isa])
        if done.returncode != 0 and "instruction set" not in done.stderr:
            raise Broken(f"lithe {shlex.join([*probe, isa])}: {done.stderr.strip()[-500:]}")
        return done.returncode == 0


def digest_of(path):
    """Of a safetensors file's arrays: 8 bytes with the length of a JSON header, that, the arrays."""
    data = path.read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8:begin])
    tensors.pop("__metadata__", None)
    result = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        first, end = tensor["data_offsets"]
        result.update(json.dumps([name, tensor["dtype"], tensor["shape"]]).encode() + b"\n")
        result.update(data[begin + first:begin + end])
    return result.hexdigest()


def carry_out(program, run, ways, output):
    """The digest of a run, the same by every way."""
    folder = program.folder / f"run-{run['name']}"
    folder.mkdir()
    found = {}
    for way in ways:
        if "before" in run:
            program.run([*run["before"], *way], folder)
        program.run([*run["words"], *way, output, MODEL], folder)
        model = folder / MODEL
        found[shlex.join(way)] = digest_of(model)
        for file in filter(pathlib.Path.is_file, folder.iterdir()):  # so that the next way is not told by this one's
            file.unlink()
    if len(set(found.values())) > 1:
        raise Broken("the ways differ: " + ", ".join(f"{w} {d}" for w, d in found.items()))
    return next(iter(found.values()))


def carry_out_all(program, told, ways):
    """(digest, None) or (None, what went wrong) of every run, in their order; (None, None) of one
    whose `only` is an instruction set that is not here."""
    def one(run):
        if "only" in run and not program.has_isa(told["probe"], run["only"]):
            return None, None
        try:
            return carry_out(program, run, ways, told["output"]), None
        except Broken as reason:
            return None, str(reason)

    names = [run["name"] for run in told["run"]]
    if len(set(names)) < len(names):
        raise Broken("several runs are named " + max(names, key=names.count))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, told["run"]))


def names_in(listing):
    """What `lithe list` lists: each begins a line, its arguments in brackets."""
    return [line.partition("(")[0] for line in listing.splitlines() if line[:1].strip()]


def spoken(runs):
    """The names that sentences among the words use; the key of an argument is none."""
    sentences = [word for run in runs for word in run["words"] if not word.startswith("-")]
    return {name for sentence in sentences
            for name in re.findall(r"\b[a-z]\w*\b(?!\s*=)", sentence)}


def forgotten(program, told):
    """A line for each name that no run has."""
    known = spoken(told["run"])
    for kind in told["free"]:
        known.update(names_in(program.run([*told["list"], kind])))
    return [f"{name}, of `lithe list {kind}`, is in no run: runs.toml needs one"
            for kind in told["complete"]
            for name in names_in(program.run([*told["list"], kind])) if name not in known]


def ways_here(program, told):
    if not any(program.has_isa(told["probe"], isa) for isa in told["needs"]):
        raise NoComparison(f"this machine has none of {told['needs']}, and others round otherwise")
    return [way["words"] for way in told["way"]
            if "where" not in way or program.has_isa(told["probe"], way["where"])]


def with_digests(text, digests):
    """runs.toml with these digests, by name, in the place of its own; all else as it is."""
    lines, name = [], None
    for line in text.splitlines(keepends=True):
        if match := re.match(r'name = "([^"]+)"', line):
            name = match[1]
        if name in digests:
            line = re.sub(r'^digest = "\w*"', f'digest = "{digests[name]}"', line)
        lines.append(line)
    result = "".join(lines)
    stored = {run["name"]: run.get("digest") for run in tomllib.loads(result)["run"]}
    assert stored == digests, "a run needs a line name = \"...\" and behind it one digest = \"...\""
    return result


def check(told, results, missing):
    lines, left_out = [], 0
    for run, (digest, wrong) in zip(told["run"], results):
        if wrong:
            lines.append(f"{run['name']}: {wrong}")
        elif digest is None:
            left_out += 1
        elif digest != run["digest"]:
            lines.append(f"{run['name']}: expected {run['digest'] or 'nothing yet'}, got {digest}")
    failed = len(lines)
    passed = len(results) - failed - left_out
    aside = f", {left_out} left out" if left_out else ""
    print("\n".join([*lines, *missing, f"{passed} passed, {failed} failed{aside}"]))
    if failed:
        print("If this is meant, `make update-digests` stores the new digests; say in the commit why "
              "they moved.")
    return 1 if lines or missing else 0


def update(told, results, missing):
    wrong = [f"{run['name']}: {reason}" for run, (_, reason) in zip(told["run"], results) if reason]
    if wrong:
        print("\n".join([*wrong, "Nothing was stored"]))
        return 1
    digests = {run["name"]: digest or run["digest"] for run, (digest, _) in zip(told["run"], results)}
    beside = RUNS.with_suffix(".new")
    beside.write_text(with_digests(RUNS.read_text(encoding="utf-8"), digests), encoding="utf-8")
    beside.replace(RUNS)
    moved = [f"{run['name']}: {run['digest'] or 'nothing'} -> {digests[run['name']]}"
             for run in told["run"] if run["digest"] != digests[run["name"]]]
    print("\n".join([*moved, *missing, f"{len(digests)} stored, {len(moved)} of them moved"]))
    return 1 if missing else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lithe", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--emulator", help="the program that runs it")
    options = parser.parse_args()
    told = tomllib.loads(RUNS.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="lithe-digests-") as name:
        folder = pathlib.Path(name)
        made_data.write_all(folder)
        program = Program(options.lithe, folder, options.emulator)
        try:
            results = carry_out_all(program, told, ways_here(program, told))
            return (update if options.update else check)(told, results, forgotten(program, told))
        except NoComparison as reason:
            print(f"Skipped: {reason}")
            return SKIPPED
        except Broken as reason:
            print(reason, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
