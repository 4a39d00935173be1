"""Runs one program apart: with clean settings, on chosen cores, and takes its JSON answer."""

import json
import os
import subprocess

# What a shell may have set for these libraries would no longer be "as installed".
_SETTINGS = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_", "ATEN_", "XLA_",
             "JAX_", "TORCH_", "DNNL_", "ONEDNN_", "NPY_", "PYTHON")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Failed(Exception):
    """A program did not run, or did not answer with JSON. The text says why, in a line."""


def all_cores():
    return sorted(os.sched_getaffinity(0))


def run_json(command, settings, threads, timeout=600):
    """The last JSON object that `command` prints. One thread means one core, pinned."""
    # The last core: the first one usually serves the machine's interrupts.
    cores = all_cores()[-threads:]
    try:
        done = subprocess.run(
            command, env=_environment(settings, threads), capture_output=True, text=True,
            timeout=timeout, check=False, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"no answer after {timeout} s") from error
    if done.returncode != 0:
        raise Failed(_last_line(done.stderr) or f"exit status {done.returncode}")
    return _last_object(done.stdout)


def _environment(settings, threads):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_SETTINGS)}
    return {**kept, **(_ONE_THREAD if threads == 1 else {}), **settings}


def _last_object(text):
    """Either the whole output is one object, or its last line is."""
    for candidate in (text, _last_line(text)):
        try:
            return json.loads(candidate)
        except json.JSONDecodeError:
            continue
    raise Failed("printed no JSON object")


def _last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
