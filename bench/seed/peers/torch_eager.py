"""PyTorch eager: a module, autograd and the library's own optimizer on tensors in memory."""

import torch

import workload
from common import blas


class Network:
    def __init__(self, data, start, dtype):
        torch.set_num_threads(1)
        self.model = _model(*start)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=workload.LEARNING_RATE)
        self.squares = torch.nn.MSELoss(reduction="sum")
        self.images = torch.from_numpy(data.train_images)
        self.targets = torch.from_numpy(data.train_targets)
        self.test_images = torch.from_numpy(data.test_images)

    def train(self, order):
        for rows in torch.from_numpy(order).split(workload.BATCH):
            self.optimizer.zero_grad(set_to_none=True)
            squares = self.squares(self.model(self.images[rows]), self.targets[rows])
            (squares * (0.5 / workload.BATCH)).backward()
            self.optimizer.step()

    def classify(self):
        with torch.no_grad():
            return self.model(self.test_images).argmax(dim=1).numpy()


def _model(weights, biases):
    layers = []
    for w, b in zip(weights, biases):
        linear = torch.nn.Linear(w.shape[1], w.shape[0])
        linear.weight = torch.nn.Parameter(torch.from_numpy(w))
        linear.bias = torch.nn.Parameter(torch.from_numpy(b))
        layers += [linear, torch.nn.Sigmoid()]
    return torch.nn.Sequential(*layers)


def describe():
    loaded = blas.describe()
    built = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    used = [line for line in built if line.startswith("CPU capability usage")]
    return {"versions": {"torch": torch.__version__}, "blas": loaded["blas"],
            "kernels": ", ".join([loaded["kernels"]] + used), "threads": torch.get_num_threads()}
