"""Runs one program apart: with clean settings, on chosen cores, for a limited time, and takes its
JSON answer."""

import json
import os
import signal
import subprocess

# What a shell may have set for these libraries would no longer be "as installed".
_SETTINGS = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_", "ATEN_", "XLA_",
             "JAX_", "TORCH_", "TORCHINDUCTOR_", "DNNL_", "ONEDNN_", "NPY_", "TF_", "KERAS_",
             "LIBXSMM_", "NUMBA_", "PYTENSOR_", "PYTHON")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Failed(Exception):
    """A program did not run, or did not answer with JSON. The text says why, in a line."""


class TimedOut(Failed):
    """It had not answered when its time was up."""


def all_cores():
    return sorted(os.sched_getaffinity(0))


def run_json(command, settings, threads, limit):
    """The last JSON object that `command` prints. It is bound to as many cores as `threads`; with 0
    it runs as its users run it, wherever the system puts it. After `limit` seconds it and all that
    it has started are ended."""
    # The last cores: the first one usually serves the machine's interrupts.
    cores = all_cores()[-threads:] if threads else all_cores()
    try:
        program = subprocess.Popen(
            command, env=_environment(settings, threads), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace",
            start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from error
    try:
        out, err = program.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise TimedOut(f"no answer after {limit:.0f} s") from error
    finally:
        _end(program)
    if program.returncode != 0:
        raise Failed(_last_line(err) or f"exit status {program.returncode}")
    return _last_object(out)


def _end(program):
    """It leads a group of its own, so that nothing it started outlives it."""
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    program.wait()
    for pipe in (program.stdout, program.stderr):
        pipe.close()


def _environment(settings, threads):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_SETTINGS)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **(_ONE_THREAD if threads == 1 else {}),
            **settings}


def _last_object(text):
    """Either the whole output is one object, or its last line is."""
    for candidate in (text, _last_line(text)):
        try:
            found = json.loads(candidate)
        except json.JSONDecodeError:
            continue
        if isinstance(found, dict):
            return found
    raise Failed("printed no JSON object")


def _last_line(text):
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else ""
