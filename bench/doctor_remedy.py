"""The remedy that `lithe doctor` prints for old kernels makes NumPy faster by the factor it names.

OpenBLAS is told to run kernels for a processor of 2004. Then: the doctor names it first, its command
is run by a shell, and NumPy multiplies 1000 x 1000 in float32 on one thread with and without it.
Processor time is compared, in turns; other programs disturb it through caches alone, so a few
attempts are enough. Run by `make bench-doctor`, with the program's path in LITHE; 77 means that it cannot be shown here.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys

LITHE = os.environ["LITHE"]
OLD = "Prescott"
TOLERANCE = 0.2
ATTEMPTS = 4
TURNS = 5
PRODUCT = """
import time, numpy
a = numpy.ones((1000, 1000), numpy.float32)
a @ a
def once():
    start = time.process_time()
    a @ a
    return time.process_time() - start
print(min(once() for _ in range(10)))
"""
MAPS = "import numpy; print(open('/proc/self/maps').read())"


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def python_with_numpy():
    for name in (sys.executable, shutil.which("python3"), "/usr/bin/python3"):
        if name and os.path.exists(name):
            found = subprocess.run([name, "-c", MAPS], capture_output=True, text=True)
            if found.returncode == 0 and "openblas" in found.stdout:
                return name, found.stdout
    return skip("no NumPy that uses OpenBLAS; apt-get install python3-numpy libopenblas0-pthread")


def product(python, environment, commands=()):
    script = "\n".join([*commands, 'exec "$0" -c "$1"'])
    result = subprocess.run(["sh", "-c", script, python, PRODUCT], env=environment,
                            capture_output=True, text=True, check=True, timeout=120)
    return float(result.stdout)


def examine(environment):
    out = subprocess.run([LITHE, "doctor", "--json"], env=environment, capture_output=True,
                         text=True, check=True, timeout=120).stdout
    return json.loads(out)


def main():
    python, maps = python_with_numpy()
    environment = dict(os.environ, OPENBLAS_CORETYPE=OLD, OPENBLAS_NUM_THREADS="1")
    diagnosis = examine(environment)
    old = [f for f in diagnosis["findings"] if f["name"] == "old_kernels"]
    if not old:
        skip("this machine's OpenBLAS has no better kernels than those of " + OLD)
    library = old[0]["problem"].split()[0]
    if library not in maps:
        skip(f"NumPy does not use {library}")
    for attempt in range(ATTEMPTS):
        if attempt > 0:
            diagnosis = examine(environment)
        first = diagnosis["findings"][0]
        assert first["name"] == "old_kernels", first
        assert OLD in first["problem"], first
        turns = [(product(python, environment), product(python, environment, first["commands"]))
                 for _ in range(TURNS)]
        before, after = (statistics.median(times) for times in zip(*turns))
        gained = before / after
        print(f"{' '.join(first['commands'])}: the doctor says {first['factor']:.2f} times, NumPy "
              f"became {gained:.2f} times faster ({2 / before:.1f} to {2 / after:.1f} GFLOP/s)")
        if abs(gained / first["factor"] - 1) <= TOLERANCE:
            return 0
    print("the factor was wrong in every attempt", file=sys.stderr)
    return 1


sys.exit(main())
