"""Finds each peer's best settings: tries what its libraries can be told, keeps the fastest."""

import dataclasses

from . import process

_GAIN = 0.97  # less than three percent is noise, and no reason for another line in the table


def knobs(kind, instruction_sets):
    """Groups of settings to try, each a list of alternatives that this processor can run.

    OpenBLAS and PyTorch choose kernels by a list of processors known when they were built; a newer
    one gets those of an old one until it is told otherwise.
    """
    has = set(instruction_sets)
    core_types = [{"OPENBLAS_CORETYPE": name} for name, needed in (
        ("Haswell", "avx2"), ("SkylakeX", "avx512"), ("Cooperlake", "avx512_bf16"))
        if needed in has]
    capabilities = [{"ATEN_CPU_CAPABILITY": name} for name in ("avx2", "avx512") if name in has]
    if kind == "blas":
        return [core_types]
    if kind == "torch":
        return [core_types, capabilities]
    if kind == "xla" and "avx512" in has:
        return [[{"XLA_FLAGS": "--xla_cpu_prefer_vector_width=512"}]]
    if kind == "tensorflow":
        return [[{"TF_ENABLE_ONEDNN_OPTS": "0"}]]
    return []


def best(first, groups, trial, say):
    """The fastest subject: from `first` on, one group of settings after another.

    `trial` takes a subject and answers the seconds of a short run.
    """
    if not any(groups):
        return first
    shortest, chosen = _time(first, trial, say), first
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
        say(f"  {subject.told()}: refused ({failure})")
        return float("inf")
    say(f"  {subject.told()}: {taken:.4g} s")
    return taken
