"""The identity of the machine that figures belong to, from `lithe info --json`."""

import os
import platform

from . import process

_LIMIT = 120  # seconds: the first time, the limits are measured
_KEYS = ("machine", "processor", "vendor", "family", "model", "stepping", "sockets", "numa_nodes",
         "cores", "hardware_threads", "usable_cpus", "virtual_machine", "memory_bytes", "system",
         "instruction_sets", "isas", "caches", "limits", "all_cores", "quota")
_BLAS_KEYS = ("path", "kind", "version", "core", "integer_bits", "threads", "problem",
              "flops_float32", "flops_float64")


def describe(lithe, again):
    """`again`: the limits of a core are measured anew, not taken from the user's cache."""
    command = [lithe, "info", "--json", *(["--measure"] if again else [])]
    told = process.run_json(command, {}, 0, _LIMIT)
    return {**{key: told.get(key) for key in _KEYS}, "lithe": told["version"],
            "distribution": _distribution(), "load_at_start": round(os.getloadavg()[0], 2),
            "blas": [{key: library[key] for key in _BLAS_KEYS} for library in told["blas"]]}


def public(machine):
    """As it is published: of libraries outside of the system, the name alone."""
    return {**machine, "blas": [{**b, "path": public_path(b["path"])} for b in machine["blas"]]}


def public_path(path):
    """A library's place where others have it too, else its name."""
    return path if path.startswith(("/usr/", "/lib", "/opt/")) else os.path.basename(path)


def peak(machine, precision):
    """Operations a second of one core."""
    return machine["limits"][f"flops_{precision}"]


def told(machine):
    """In a line."""
    virtual = ", virtual" if machine["virtual_machine"] else ""
    # The processor's own name may say neither generation nor place: the numbers do.
    return (f"{machine['processor']} (family {machine['family']}, model {machine['model']}"
            f"{virtual}), {machine['cores']} cores, {machine['isas'][0]}, "
            f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['distribution']}, "
            f"{machine['system']}")


def _distribution():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        return platform.system()
