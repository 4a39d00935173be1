"""The workloads of bench/workloads.toml."""

import dataclasses
import pathlib
import tomllib

from . import sentence

FILE = pathlib.Path(__file__).resolve().parents[1] / "workloads.toml"
_OWN = ("promise", "short")  # which `like` does not take over
GROUPS = ("seed", "deep", "conv", "sequences")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workload:
    """As the head of the file explains its keys."""

    name: str
    group: str
    title: str
    kind: str
    data: str
    rows: int
    network: str
    per: str
    loss: str = "quadratic"
    optimizer: str = "sgd(0)"
    batch: int = 1
    precision: str = "float32"
    zeros: float = 0
    part: str = "forward"
    threads: tuple = (1,)
    learned: float = 0
    tolerance: float = 0.05
    short: str = ""
    promise: dict = dataclasses.field(default_factory=dict)

    @property
    def layers(self):
        return sentence.layers(self.network)

    def parameters(self):
        return sentence.parameters(self.layers)

    def operations(self):
        """Multiply-adds times two of what a time is given for: forward and both gradients, but of
        the input for the first layer."""
        layers = self.layers
        example = sum(sentence.products(layers))
        if self.kind == "train":
            example = 3 * example - sentence.of_input(layers)
        return example * {"epoch": self.rows, "step": self.batch, "call": 1, "batch": self.batch,
                          "position": 1 / sentence.input_shape(self.network)[0]}[self.per]

    def repetitions(self):
        """How often what a time is given for is done in one repetition that is timed."""
        return {"epoch": 1, "step": -(-self.rows // self.batch), "call": self.rows, "batch": 1,
                "position": self.rows * sentence.input_shape(self.network)[0]}[self.per]

    def job(self):
        """What every program that does the work is told, as JSON."""
        name, (rate, *_), _ = sentence.call(self.optimizer)
        layers = [{k: v for k, v in layer.items() if k not in ("operations", "of_input")}
                  for layer in self.layers]
        return {"name": self.name, "kind": self.kind, "data": self.data, "rows": self.rows,
                "batch": self.batch, "precision": self.precision, "zeros": self.zeros,
                "part": self.part, "loss": self.loss, "repetitions": self.repetitions(),
                "input": sentence.input_shape(self.network), "network": self.network,
                "layers": layers, "optimizer": {"name": name, "rate": float(rate)}}


def read(path=FILE):
    """All of them, in the file's order. Raises ValueError where the file is wrong."""
    with open(path, "rb") as file:
        entries = tomllib.load(file)["workload"]
    told = {}
    for entry in entries:
        basis = told[entry.pop("like")] if "like" in entry else {}
        told[entry["name"]] = {**{k: v for k, v in basis.items() if k not in _OWN}, **entry}
    try:
        found = [Workload(**{**t, "threads": tuple(t.get("threads", (1,)))}) for t in told.values()]
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error
    if len(found) != len(entries):
        raise ValueError(f"{path}: two workloads have the same name")
    return found


def chosen(workloads, names):
    """Those that are named, by a group, by their own name, or all of them."""
    known = {"all", *GROUPS, *(w.name for w in workloads)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no workload '{unknown[0]}'; one of {', '.join(sorted(known))}")
    return [w for w in workloads if {"all", w.group, w.name} & set(names)]
