"""Which BLAS this process has loaded, and which of its kernels it runs: asked of the library."""

import ctypes
import os
import re

# OpenBLAS's names differ by who packed it: plain, with 64-bit integers, or as SciPy's wheel.
_DECORATIONS = (("", ""), ("", "64_"), ("scipy_", "64_"), ("scipy_", ""))


def describe():
    libraries = _loaded()
    for path in libraries:
        if "openblas" in os.path.basename(path):
            return _openblas(path)
    names = [os.path.basename(os.path.realpath(path)) for path in libraries]
    return {"blas": ", ".join(names) or "not found", "kernels": "not known", "threads": None}


def _loaded():
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split(maxsplit=5)[-1].strip() for line in maps}
    return sorted(p for p in paths if re.search(r"(blas|mkl|blis|atlas)[^/]*\.so", p))


def _openblas(path):
    library = ctypes.CDLL(path)
    return {"blas": _ask(library, "get_config", ctypes.c_char_p),
            "kernels": _ask(library, "get_corename", ctypes.c_char_p),
            "threads": _ask(library, "get_num_threads", ctypes.c_int)}


def _ask(library, question, answer_type):
    for before, after in _DECORATIONS:
        function = getattr(library, f"{before}openblas_{question}{after}", None)
        if function:
            function.restype = answer_type
            answer = function()
            return answer.decode() if isinstance(answer, bytes) else answer
    return None
