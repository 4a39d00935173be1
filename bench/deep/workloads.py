"""The workloads, said once: the networks, and what Lithe must reach on each.

Everything is float32 and synthetic: what is timed does not depend on what the numbers mean. Lithe
gets a workload as sentences, the peers read its fields.
"""

import dataclasses

from common.promises import Bounds


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    sizes: tuple  # inputs, the units of each layer
    activation: str  # of the hidden layers
    bounds: Bounds
    loss: str = "cross_entropy"  # or binary_cross_entropy (of logits), quadratic
    optimizer: str = "adam"  # or rmsprop, sgd
    batch: int = 1
    steps: int = 100  # of an epoch
    batch_norm: bool = False  # after every hidden layer
    output: str = "identity"  # the last layer's activation
    inference: bool = False
    zeros: float = 0  # share of the inputs
    threads: tuple = (1,)

    @property
    def rows(self):
        return self.batch * self.steps

    def operations(self):
        """Multiply-adds times two of a step: its products, without a gradient of the input."""
        layers = [2 * self.batch * a * b for a, b in zip(self.sizes, self.sizes[1:])]
        return sum(layers) if self.inference else 3 * sum(layers) - layers[0]

    def sentence(self):
        """The network as Lithe reads it."""
        init = ", init=he_normal" if self.activation == "elu" else ""
        hidden = f"{self.activation}{init})" + (" -> batch_norm" if self.batch_norm else "")
        return " -> ".join([f"input({self.sizes[0]})",
                            *(f"dense({units}, {hidden}" for units in self.sizes[1:-1]),
                            f"dense({self.sizes[-1]}, {self.output})"])

    def optimizer_sentence(self):
        return f"{self.optimizer}({RATE[self.optimizer]})"


# Small enough that no network of random data leaves the range of numbers.
RATE = {"sgd": 0.01, "adam": 1e-3, "rmsprop": 1e-3}

_WIDE = (784, 1024, 1024, 10)
WORKLOADS = (
    Workload("tanh300", "28-5x300-1 tanh, Adam, batch 100", (28, *[300] * 5, 1), "tanh",
             Bounds(1.7e-3, 1.35e-3, 2.8e-3), loss="binary_cross_entropy", batch=100, steps=200,
             threads=(1, 2)),
    Workload("relu1024", "784-1024-1024-10 ReLU, Adam, batch 128", _WIDE, "relu",
             Bounds(8.5e-3, 7.4e-3, 17.4e-3), batch=128, threads=(1, 2)),
    Workload("relu1024-rmsprop", "784-1024-1024-10 ReLU, RMSprop, batch 128", _WIDE, "relu",
             Bounds(8.5e-3, 7.4e-3, 13.7e-3), batch=128, optimizer="rmsprop"),
    Workload("elu100", "784-10x(100 ELU, batch norm)-10, Adam, batch 50", (784, *[100] * 10, 10),
             "elu", Bounds(0.45e-3, 0.30e-3, 2.45e-3), batch=50, steps=400, batch_norm=True),
    Workload("tanh8", "24-8-2 tanh, quadratic, SGD, batch 200", (24, 8, 2), "tanh",
             Bounds(4e-6, 2e-6, 15e-6), loss="quadratic", optimizer="sgd", batch=200, steps=100),
    Workload("call", "784-30-10 sigmoid, one example a call", (784, 30, 10), "sigmoid",
             Bounds(1.5e-6, 0.8e-6, 2.25e-6), steps=1000, output="sigmoid", inference=True),
    Workload("call-digits", "784-30-10 sigmoid, one example a call, 81% zeros as in MNIST",
             (784, 30, 10), "sigmoid", Bounds(1.5e-6, 0.8e-6, 2.25e-6), steps=1000,
             output="sigmoid", inference=True, zeros=0.81),
)


def find(name):
    return next(w for w in WORKLOADS if w.name == name)
