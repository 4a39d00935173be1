"""The peers: what each is called, what it needs, and the settings that may make it faster."""

import dataclasses

import machine
import process


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str  # its module in peers/
    title: str
    package: str  # what must be importable
    precisions: tuple = ("float32", "float64")
    slow: bool = False  # seconds an epoch: it runs fewer of them in a round


PEERS = (
    Peer("numpy_image", "NumPy, one image at a time", "numpy", ("float64",), slow=True),
    Peer("numpy_batch", "NumPy, a batch at a time", "numpy"),
    Peer("torch_eager", "PyTorch eager", "torch"),
    Peer("jax_scan", "JAX jit + scan", "jax"),
)


@dataclasses.dataclass(frozen=True)
class Origin:
    """One Python that has the package: Debian's and PyPI's bring different BLAS libraries."""

    python: str
    title: str


def origins(peer, pythons):
    """Which of `pythons` can run the peer, and for the others why not."""
    found, reasons, places = [], [], set()
    for python in pythons:
        try:
            place = _place(python, peer.package)
        except process.Failed as failure:
            reasons.append(f"{python}: {failure}")
            continue
        if place not in places:
            places.add(place)
            found.append(Origin(python, "Debian" if place.startswith("/usr/lib/") else "PyPI"))
    return found, reasons


def _place(python, package):
    code = f"import json, {package}; print(json.dumps({{'place': {package}.__file__}}))"
    return process.run_json([python, "-c", code], {}, threads=1)["place"]


def knobs(peer):
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
    return {"numpy": [core_types], "torch": [core_types, capabilities], "jax": [vectors]}[
        peer.package]
