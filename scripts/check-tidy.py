#!/usr/bin/env python3
"""Runs clang-tidy (.clang-tidy says what for) over the library, as many files at a time as there are
processors. A file whose own text and whose headers were found clean before is not checked again:
build/tidy/clean keeps a digest of each. The first time it takes about six minutes of processor time.

Files that Highway compiles once for each instruction set are left out: their code is seen five times
over, which takes minutes a file; the compilers' warnings and their tests are their check.

    scripts/check-tidy.py [FILE...]

Where clang-tidy-16 is not installed it says so, and is content.
"""

import concurrent.futures
import functools
import hashlib
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


def sources():
    listed = subprocess.run(["git", "ls-files", "src/*.cc"], cwd=ROOT, capture_output=True, text=True,
                            check=True).stdout.split()
    return [name for name in listed if (ROOT / name).is_file()
            and "hwy/foreach_target.h" not in (ROOT / name).read_text()]


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


def state_of(name):
    """A digest of all that a check of this file depends on."""
    parts = hashlib.sha256()
    for path in (ROOT / ".clang-tidy", ROOT / name, *sorted(headers_of(ROOT / name))):
        parts.update(str(path).encode() + digest_of(path))
    return parts.hexdigest()


def check(build, name, state):
    """What clang-tidy says against a file; nothing where it is clean."""
    stamp = build / "clean" / name
    if stamp.is_file() and stamp.read_text() == state:
        return ""
    # The commands are GCC's, which has warnings that Clang does not know.
    done = subprocess.run([TIDY, "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option", name],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stdout + "\n".join(line for line in done.stderr.splitlines() if "generated" not in line)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(state)
    return ""


def commands():
    """The folder of a compile_commands.json that has each file by itself (LITHE_UNITY joins them)."""
    build = ROOT / "build/tidy"
    subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DLITHE_BUILD_TESTS=OFF", "-DLITHE_BUILD_BENCH=OFF", "-DLITHE_UNITY=OFF"],
                   stdout=subprocess.DEVNULL, check=True)
    return build


def main(names):
    if not shutil.which(TIDY):
        print(f"{TIDY} is not installed: its check is left out (scripts/setup.sh test installs it)")
        return 0
    build, names = commands(), names or sources()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(lambda name: check(build, name, state_of(name)), names))
    wrong = [finding for finding in findings if finding]
    print("\n".join(wrong) if wrong else f"{len(names)} files: clang-tidy has no findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
