"""Finds each peer's best settings: tries what its libraries can be told, keeps the fastest."""

import dataclasses

from common import machine, process

_GAIN = 0.97  # less than three percent is noise, and no reason for another line in the table


def knobs(package):
    """Groups of settings to try, each a list of alternatives this processor can run.

    OpenBLAS and PyTorch choose kernels by a list of processors known when they were built; a newer
    one gets those of an old one until it is told otherwise.
    """
    has = machine.features()
    avx512 = {"avx512f", "avx512bw", "avx512vl"} <= has
    core_types = [{"OPENBLAS_CORETYPE": name} for name, possible in (
        ("Haswell", "avx2" in has), ("SkylakeX", avx512),
        ("Cooperlake", avx512 and "avx512_bf16" in has)) if possible]
    capabilities = [{"ATEN_CPU_CAPABILITY": name} for name, possible in (
        ("avx2", "avx2" in has), ("avx512", avx512)) if possible]
    vectors = [{"XLA_FLAGS": "--xla_cpu_prefer_vector_width=512"}] if avx512 else []
    return {"numpy": [core_types], "torch": [core_types, capabilities], "jax": [vectors]}.get(
        package, [])


def thread_knobs(package):
    """More of them where there are several threads: OpenBLAS's and OpenMP's wait for each other."""
    return [[{"OPENBLAS_NUM_THREADS": "1"}],
            [{"OMP_WAIT_POLICY": "passive"}]] if package == "torch" else []


def best(installed, groups, trial, say):
    """The fastest subject: beginning as installed, one group of settings after another.

    `trial` takes a subject and answers the seconds of a short run.
    """
    shortest, chosen = _time(installed, trial, say), installed
    for alternatives in groups:
        base = chosen
        for setting in alternatives:
            tried = dataclasses.replace(base, settings={**base.settings, **setting}, runs=[])
            taken = _time(tried, trial, say)
            if taken < shortest * _GAIN:
                shortest, chosen = taken, tried
    return chosen


def _time(subject, trial, say):
    """Seconds of a trial; settings that a library refuses are never the fastest."""
    try:
        taken = trial(subject)
    except process.Failed as failure:
        say(f"  {subject.settings_title}: refused ({failure})")
        return float("inf")
    say(f"  {subject.settings_title}: {taken:.4g} s")
    return taken
