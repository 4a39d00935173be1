#!/usr/bin/env python3
"""Runs clang-tidy (.clang-tidy says what for) over the library, as it is compiled: sixteen files of a
folder as one, because most of the time goes to headers (LITHE_UNITY), as many at a time as there are
processors. What was found clean before is not checked again: build/tidy/clean keeps a digest of each.

Files that Highway compiles once for each instruction set are left out: their code is seen five times
over, which takes minutes a file; the compilers' warnings and their tests are their check.

    scripts/check-tidy.py [FILE...]    # the files given, and those that are compiled with them

Where clang-tidy-16 is not installed it says so, and is content.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TIDY = "clang-tidy-16"


@functools.lru_cache(maxsize=None)
def digest_of(path):
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""


def joined(unit):
    """The files of the library that are compiled as one."""
    if "/Unity/" not in str(unit):
        return [unit]
    return [pathlib.Path(name) for name in re.findall(r'#include "(.*[.]cc)"', unit.read_text())]


def units(build):
    """What is compiled of src/, without the files of many instruction sets."""
    listed = json.loads((build / "compile_commands.json").read_text())
    files = [pathlib.Path(entry["directory"], entry["file"]) for entry in listed]
    library = (ROOT / "src", build / "src")
    return [file for file in files if any(file.is_relative_to(folder) for folder in library)
            and "hwy/foreach_target.h" not in file.read_text()]


INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def headers_of(path):
    """The headers of this project that a file includes, and theirs."""
    found, waiting = set(), [path]
    while waiting:
        here = waiting.pop()
        for name in INCLUDE.findall(here.read_text()):
            for folder in (here.parent, ROOT / "src", ROOT / "include"):
                header = folder / name
                if header.is_file() and header not in found:
                    found.add(header)
                    waiting.append(header)
    return found


def state_of(files):
    """A digest of all that a check of these files depends on."""
    parts = hashlib.sha256()
    for path in (ROOT / ".clang-tidy", *files, *sorted(set().union(*map(headers_of, files)))):
        parts.update(str(path).encode() + digest_of(path))
    return parts.hexdigest()


def check(build, unit):
    """What clang-tidy says against a unit; nothing where it is clean."""
    state = state_of(joined(unit))
    stamp = build / "clean" / unit.relative_to(ROOT)
    if stamp.is_file() and stamp.read_text() == state:
        return ""
    # The commands are GCC's, which has warnings that Clang does not know; a unit includes files.
    done = subprocess.run([TIDY, "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option",
                           "--checks=-bugprone-suspicious-include", unit],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stdout + "\n".join(line for line in done.stderr.splitlines() if "generated" not in line)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(state)
    return ""


def commands():
    """The folder of the commands that compile the library."""
    build = ROOT / "build/tidy"
    subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DLITHE_BUILD_TESTS=OFF", "-DLITHE_BUILD_BENCH=OFF", "-DLITHE_UNITY=ON"],
                   stdout=subprocess.DEVNULL, check=True)
    return build


def main(names):
    if not shutil.which(TIDY):
        print(f"{TIDY} is not installed: its check is left out (scripts/setup.sh test installs it)")
        return 0
    build = commands()
    asked = {(ROOT / name).resolve() for name in names}
    chosen = [unit for unit in units(build) if not asked or asked & set(joined(unit))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(lambda unit: check(build, unit), chosen))
    wrong = [finding for finding in findings if finding]
    files = sum(len(joined(unit)) for unit in chosen)
    print("\n".join(wrong) if wrong else f"{files} files: clang-tidy has no findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
