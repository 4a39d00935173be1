#!/usr/bin/env python3
"""Runs clang-tidy (.clang-tidy says what for) over the library, as many files at a time as there are
processors. A file whose own text and whose headers were found clean before is not checked again:
build/<preset>/tidy keeps a digest of each. The first time it takes about six minutes of processor time.

Files that Highway compiles once for each instruction set are left out: their code is seen five times
over, which takes minutes a file; the compilers' warnings and their tests are their check.

    scripts/check-tidy.py [BUILD_FOLDER] [FILE...]

Where clang-tidy-16 is not installed it says so, and is content.
"""

import concurrent.futures
import functools
import hashlib
import os
import pathlib
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


def headers_of(build):
    """What each source includes, of this project's own files, as Ninja has it from the last build."""
    told = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=False).stdout
    # Paths are relative to the build folder; those of other libraries are not.
    real = functools.lru_cache(maxsize=None)(lambda name: pathlib.Path(os.path.realpath(build / name)))
    found = {}
    for block in told.split("\n\n"):
        own = [real(line.strip()) for line in block.splitlines()[1:] if not line.strip().startswith("/usr/")]
        if own and own[0].suffix == ".cc" and ROOT in own[0].parents:
            found[str(own[0].relative_to(ROOT))] = own
    return found


def state_of(name, headers):
    """A digest of all that a check of this file depends on; None where that is not known."""
    if name not in headers:
        return None
    parts = hashlib.sha256()
    for path in (ROOT / ".clang-tidy", ROOT / name, *sorted(headers[name])):
        parts.update(str(path).encode() + digest_of(path))
    return parts.hexdigest()


def check(build, name, state):
    """What clang-tidy says against a file; nothing where it is clean."""
    stamp = build / "tidy" / f"{name}.clean"
    if state is not None and stamp.is_file() and stamp.read_text() == state:
        return ""
    # The commands are GCC's, which has warnings that Clang does not know.
    done = subprocess.run([TIDY, "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option", name],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stdout + "\n".join(line for line in done.stderr.splitlines() if "generated" not in line)
    if state is not None:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(state)
    return ""


def main(arguments):
    build = (ROOT / (arguments[0] if arguments else "build/release")).resolve()
    if not shutil.which(TIDY):
        print(f"{TIDY} is not installed: its check is left out (scripts/setup.sh test installs it)")
        return 0
    if not (build / "compile_commands.json").is_file():
        print(f"{build}/compile_commands.json is not there: cmake --preset release", file=sys.stderr)
        return 1
    headers, names = headers_of(build), arguments[1:] or sources()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(lambda name: check(build, name, state_of(name, headers)), names))
    wrong = [finding for finding in findings if finding]
    print("\n".join(wrong) if wrong else f"{len(names)} files: clang-tidy has no findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
