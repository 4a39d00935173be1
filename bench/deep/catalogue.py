"""The peers: what each is called, what it needs, and which workloads it is sensible for."""

from common.timing import Peer
from workloads import WORKLOADS

_ALL = tuple(w.name for w in WORKLOADS)
PEERS = (
    Peer("torch_eager", "PyTorch eager", "torch", _ALL),
    Peer("jax_scan", "JAX jit + scan", "jax", _ALL),
    Peer("numpy_buffers", "NumPy", "numpy", ("tanh8", "call"), (1,)),
    Peer("onnx_runtime", "ONNX Runtime", "onnxruntime", ("call",), (1,)),
)
