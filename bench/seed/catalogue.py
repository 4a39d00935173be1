"""The peers: what each is called and what it needs."""

import dataclasses


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
