"""scikit-learn: MLPClassifier and MLPRegressor by partial_fit, an epoch a call, without the decay
of weights and the momentum that they have at their defaults.

Only where their work is the same: their hidden layers share one activation (no ELU, no batch norm);
their outputs are a softmax or a sigmoid under the cross entropy, or numbers under the quadratic
loss, so that the seed's sigmoids under the quadratic loss cannot be said.
"""

import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

import data as start_of
import loaded_blas

_ACTIVATIONS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


def learners(job):
    return {"partial_fit": lambda data: Learner(job, data)}


def calls(job, data):
    """A sigmoid for each output is what it does for labels that do not exclude each other."""
    network = _network(job, data)

    def every(keep):
        if keep:
            return [network.predict_proba(x) for x in data.x[:, np.newaxis]]
        for x in data.x[:, np.newaxis]:
            network.predict_proba(x)
        return []

    return {"predict_proba": every}


class Learner:
    def __init__(self, job, data):
        self.job, self.data = job, data
        self.network = _network(job, data)

    def train(self, order):
        del order  # it shuffles by itself
        self.network.partial_fit(self.data.x, _answers(self.job, self.data))

    def outputs(self):
        """As before the softmax or the sigmoid."""
        if self.job["loss"] == "quadratic":
            return self.network.predict(self.data.test_x)
        share = self.network.predict_proba(self.data.test_x).astype(np.float64)
        share = np.clip(share, 1e-300, 1 - 1e-16)
        if self.job["loss"] == "binary_cross_entropy":
            return np.log(share[:, 1:] / share[:, :1])
        return np.log(share)

    def parameters(self):
        return sum(a.size for a in self.network.coefs_ + self.network.intercepts_)


def _answers(job, data):
    return data.targets if job["kind"] == "call" or job["loss"] == "quadratic" else data.classes


def _network(job, data):
    """With our initial values: a first step on a few rows makes the arrays, which we fill."""
    hidden = {layer["activation"] for layer in job["layers"][:-1]}
    assert len(hidden) == 1 and all(layer["layer"] == "dense" for layer in job["layers"])
    kind = MLPRegressor if job["loss"] == "quadratic" and job["kind"] == "train" else MLPClassifier
    network = kind(hidden_layer_sizes=[layer["units"] for layer in job["layers"][:-1]],
                   activation=_ACTIVATIONS[hidden.pop()], solver=job["optimizer"]["name"],
                   learning_rate_init=max(job["optimizer"]["rate"], 1e-9), alpha=0, momentum=0,
                   nesterovs_momentum=False, batch_size=job["batch"], random_state=1)
    y = _answers(job, data)
    classes = {} if kind is MLPRegressor else {
        "classes": range(y.shape[1]) if y.ndim > 1 else np.unique(data.classes)}
    few = slice(0, job["batch"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.partial_fit(data.x[few], y[few], **classes)
    for w, b, (weight, bias) in zip(network.coefs_, network.intercepts_, start_of.start(job)):
        w[...], b[...] = weight, bias
    state = network._optimizer
    if job["optimizer"]["name"] == "adam":
        state.t = 0
        for moment in state.ms + state.vs:
            moment[...] = 0
    return network


def describe():
    return {"versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
            **loaded_blas.describe()}
