"""The peers: what each is called, what it needs, and which workloads it is measured on."""

from common.timing import Peer
from workloads import WORKLOADS

_ALL = tuple(w.name for w in WORKLOADS)
_LENET = tuple(w.name for w in WORKLOADS if w.kind != "convolution")
_CONVOLUTIONS = tuple(w.name for w in WORKLOADS if w.kind == "convolution")
PEERS = (
    Peer("torch_eager", "PyTorch eager, Python", "torch", _ALL),
    Peer("torch", "PyTorch eager, C++", "torch", _ALL, program="bench_conv_torch",
         needs="libtorch-dev"),
    Peer("jax_scan", "JAX jit + scan", "jax", _ALL),
    Peer("dlib", "dlib", "numpy", _LENET, (1,), program="bench_conv_dlib", needs="libdlib-dev"),
    *(Peer(f"onednn_{way}", f"oneDNN, {words}", "none", _CONVOLUTIONS, (1,),
           program="bench_conv_onednn", needs="libdnnl-dev", arguments=("--algorithm", way))
      for way, words in (("direct", "direct"), ("winograd", "Winograd"))),
)
