"""The peers: what each is called, what it needs, and on which workloads its work is the same."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    title: str
    workloads: tuple  # names, or groups
    package: str = ""  # of Python, which must be importable; its module is bench/peers/<name>.py
    least: tuple = ()  # version of the package
    program: str = ""  # else a program of its own, built where what it needs is there
    needs: str = ""
    knobs: str = ""  # whose settings are tried (settings.py)
    why_not: str = ""  # on the others

    def takes(self, workload):
        return workload.name in self.workloads or workload.group in self.workloads


_CALLS = ("call", "call-digits")
_CONVOLUTIONS = ("conv-forward", "conv-weights", "conv-input")
_WINOGRAD = ("winograd-forward", "winograd-weights", "winograd-input")
_LENET = ("lenet-128", "lenet-call")
_DEEP = ("digits100", "tanh300", "relu1024", "elu100", "tanh8", "call")
_REST = "elsewhere it says much the same as beside it, and the whole is not to take hours"
PEERS = (
    Peer("numpy_image", "NumPy, one image at a time", ("seed-float64",), "numpy", knobs="blas",
         why_not="the textbook's program of the seed network"),
    Peer("numpy_batch", "NumPy, a batch at a time", ("seed", "tanh8", "call"), "numpy",
         knobs="blas",
         why_not="written for dense layers, the quadratic loss and plain gradient descent"),
    Peer("torch_eager", "PyTorch eager",
         ("seed", *_DEEP, "relu1024-rmsprop", *_LENET, "lenet-32", *_CONVOLUTIONS, "sequences"),
         "torch", knobs="torch", why_not=_REST),
    Peer("torch_compiled", "PyTorch compiled",
         ("seed-float32", "digits100", "relu1024", "lenet-128", "characters"), "torch", least=(2,),
         why_not="compiling each takes half a minute"),
    Peer("torch_cpp", "PyTorch from C++", ("seed-float32", "relu1024", "tanh8", "call", *_LENET),
         program="bench_torch", needs="libtorch-dev", knobs="torch", why_not=_REST),
    Peer("jax_scan", "JAX, jit and scan",
         ("seed", *_DEEP, *_LENET, *_CONVOLUTIONS, "sequences"), "jax",
         knobs="xla", why_not=_REST),
    Peer("sklearn_mlp", "scikit-learn MLP", ("digits100", "tanh300", "relu1024", "tanh8", "call"),
         "sklearn", knobs="blas",
         why_not="it has no sigmoid outputs under the quadratic loss (the seed network), nor "
                 "RMSprop, ELU, batch norm, convolutions"),
    Peer("keras_fit", "Keras on TensorFlow",
         ("seed-float32", "digits100", "relu1024", "call", "lenet-128"), "keras",
         knobs="tensorflow", why_not=_REST),
    Peer("pytensor_graph", "PyTensor", ("seed",), "pytensor", knobs="blas",
         why_not="written for dense sigmoid layers, the quadratic loss and plain gradient descent"),
    Peer("onnx_runtime", "ONNX Runtime", (*_CALLS, "lenet-call"), "onnxruntime",
         why_not="it infers alone"),
    Peer("libxsmm", "LIBXSMM", ("seed",), program="bench_libxsmm", needs="libxsmm-dev",
         why_not="it has products alone: dense sigmoid layers and plain descent are written round "
                 "them"),
    Peer("dlib", "dlib", _LENET, program="bench_dlib", needs="libdlib-dev", knobs="blas",
         why_not="its networks are types: LeNet-5 is the one that is written"),
    Peer("fann", "FANN", ("seed-float32",), program="bench_fann", needs="libfann-dev",
         why_not="it has neither cross entropy nor Adam nor convolutions"),
    Peer("onednn", "oneDNN", (*_CONVOLUTIONS, *_WINOGRAD), program="bench_onednn",
         needs="libdnnl-dev", why_not="its primitives are no network"),
)


def chosen(names):
    """The peers that are named; all of them without names, none for `none`."""
    known = {peer.name: peer for peer in PEERS}
    # The short names that people use.
    short = {"numpy": ("numpy_image", "numpy_batch"), "pytorch": ("torch_eager",),
             "torch": ("torch_eager", "torch_compiled", "torch_cpp"), "libtorch": ("torch_cpp",),
             "jax": ("jax_scan",), "sklearn": ("sklearn_mlp",), "scikit-learn": ("sklearn_mlp",),
             "keras": ("keras_fit",), "tensorflow": ("keras_fit",), "onnx": ("onnx_runtime",),
             "pytensor": ("pytensor_graph",), "none": (), "all": tuple(known)}
    wanted = set()
    for name in names or ["all"]:
        if name not in short and name not in known:
            raise ValueError(f"there is no peer '{name}'; one of "
                             f"{', '.join(sorted({*short, *known}))}")
        wanted |= set(short.get(name, (name,)))
    return [peer for peer in PEERS if peer.name in wanted]
