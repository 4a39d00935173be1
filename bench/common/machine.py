"""The identity of the machine that a figure belongs to."""

import os
import platform


def describe():
    processor = _processor()
    return {"processor": processor.get("model name", platform.processor() or "unknown"),
            "architecture": platform.machine(),
            "family": processor.get("cpu family"), "model": processor.get("model"),
            "cores": os.cpu_count(), "usable_cores": len(os.sched_getaffinity(0)),
            "features": sorted(features()), "system": _system(), "kernel": platform.release(),
            "load_at_start": os.getloadavg()[0]}


def features():
    """The instruction sets that decide which kernels a library may run."""
    known = {"avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_bf16", "amx_tile",
             "asimd", "sve"}
    words = _processor()
    return known & set((words.get("flags") or words.get("Features") or "").split())


def _processor():
    """The first processor's lines of /proc/cpuinfo."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = file.read().split("\n\n")[0].splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _system():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        return platform.system()
