"""The peers: what each is called, what it needs, and which workloads it is sensible for."""

import dataclasses

from workloads import WORKLOADS


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str  # its module in peers/
    title: str
    package: str  # what must be importable
    workloads: tuple = tuple(w.name for w in WORKLOADS)
    threads: tuple = (1, 2)  # as far as the workload asks for them


PEERS = (
    Peer("torch_eager", "PyTorch eager", "torch"),
    Peer("jax_scan", "JAX jit + scan", "jax"),
    Peer("numpy_buffers", "NumPy", "numpy", ("tanh8", "call"), (1,)),
    Peer("onnx_runtime", "ONNX Runtime", "onnxruntime", ("call",), (1,)),
)
