"""PyTensor: a step, or an epoch that scans over the batches, is one graph, which is differentiated
and compiled once, by Numba. Dense sigmoid layers, the quadratic loss, plain gradient descent.

The examples lie in the graph as shared variables; a call is handed the rows alone.
"""

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt

import data as start_of
import loaded_blas


def learners(job):
    assert (job["loss"], job["optimizer"]["name"]) == ("quadratic", "sgd")
    assert {layer["activation"] for layer in job["layers"]} == {"sigmoid"}
    pytensor.config.floatX = job["precision"]
    return {"a step a call": lambda data: Steps(job, data),
            "scan": lambda data: Scan(job, data)}


class Steps:
    def __init__(self, job, data):
        self.job, self.test_x = job, data.test_x
        self.x, self.targets = pytensor.shared(data.x), pytensor.shared(data.targets)
        self.weights = [pytensor.shared(array) for pair in start_of.start(job) for array in pair]
        self.rate = np.asarray(job["optimizer"]["rate"] / job["batch"], data.x.dtype)
        self.epoch = self.compiled()
        # The rows are of the right type: to make sure costs as much as a small step.
        self.epoch.trust_input = True

    def compiled(self):
        rows = pt.lvector("rows")
        updates = dict(zip(self.weights, self.moved(rows, self.weights)))
        return pytensor.function([rows], [], updates=updates, mode="NUMBA")

    def train(self, order):
        for rows in order.reshape(-1, self.job["batch"]):
            self.epoch(rows)

    def outputs(self):
        x = pt.matrix("x", dtype=self.x.dtype)
        return pytensor.function([x], _forward(x, self.weights))(self.test_x)

    def parameters(self):
        return sum(array.get_value(borrow=True).size for array in self.weights)

    def moved(self, rows, weights):
        """The weights after a step on these rows."""
        loss = pt.sqr(_forward(self.x[rows], weights) - self.targets[rows]).sum() / 2
        return [w - self.rate * slope for w, slope in zip(weights, pytensor.grad(loss, weights))]


class Scan(Steps):
    def compiled(self):
        batches = pt.lmatrix("batches")
        all_of_them = pytensor.scan(lambda rows, *weights: self.moved(rows, list(weights)),
                                    sequences=[batches], outputs_info=self.weights,
                                    return_updates=False)
        updates = {w: each[-1] for w, each in zip(self.weights, all_of_them)}
        return pytensor.function([batches], [], updates=updates, mode="NUMBA")

    def train(self, order):
        self.epoch(order.reshape(-1, self.job["batch"]))


def _forward(x, weights):
    for w, b in zip(weights[::2], weights[1::2]):
        x = pt.sigmoid(x @ w + b)
    return x


def describe():
    return {"versions": {"pytensor": pytensor.__version__, "numba": numba.__version__},
            **loaded_blas.describe()}
