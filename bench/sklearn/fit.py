"""The fits of one subject: fit.py SUBJECT WORKLOAD THREADS BATCH:EPOCHS... prints for each batch
{"seconds": of an epoch, "score"}, or {"missing": a package}. 0 threads are what the library chooses.

The whole of `fit` is timed, but for what a process does once: imports, and the compilation by Keras.
On one thread it is processor time, which other programs do not lengthen. Initial values have the
distribution that scikit-learn and Keras draw from, but those of skorch, which has PyTorch's; they and
the order of the examples are each one's own.
"""

import json
import os
import sys
import time
import warnings

sys.dont_write_bytecode = True

HIDDEN, RATE, SEED = 100, 1e-3, 0


def lithe_estimator(job):
    import lithe

    kind = lithe.Regressor if job["regression"] else lithe.Classifier
    return kind(f"dense({HIDDEN}, relu, glorot_uniform)", optimizer=f"adam({RATE})", batch=job["batch"],
                epochs=job["epochs"], random_state=SEED, n_jobs=job["threads"] or None)


def sklearn_estimator(job):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPRegressor if job["regression"] else MLPClassifier
    return kind(hidden_layer_sizes=(HIDDEN,), batch_size=job["batch"], max_iter=job["epochs"],
                learning_rate_init=RATE, alpha=0, tol=0, n_iter_no_change=job["epochs"], random_state=SEED)


def skorch_estimator(job):
    import torch
    from skorch import NeuralNetClassifier, NeuralNetRegressor

    if job["threads"]:
        torch.set_num_threads(job["threads"])
    torch.manual_seed(SEED)

    class Network(torch.nn.Sequential):
        def __init__(self):
            super().__init__(torch.nn.Linear(job["columns"], HIDDEN), torch.nn.ReLU(),
                             torch.nn.Linear(HIDDEN, job["outputs"]))

    kind = NeuralNetRegressor if job["regression"] else NeuralNetClassifier
    loss = torch.nn.MSELoss if job["regression"] else torch.nn.CrossEntropyLoss
    return kind(Network, criterion=loss, optimizer=torch.optim.Adam, lr=RATE, batch_size=job["batch"],
                max_epochs=job["epochs"], train_split=None, iterator_train__shuffle=True, verbose=0, device="cpu")


class KerasEstimator:
    """Each fit begins with the initial values again; the compiled step is kept."""

    def __init__(self, job):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ["KERAS_BACKEND"] = keras_backend()
        import keras

        keras.utils.set_random_seed(SEED)
        layers = [keras.layers.Dense(HIDDEN, "relu"), keras.layers.Dense(job["outputs"])]
        self.job, self.network = job, keras.Sequential([keras.Input((job["columns"],)), *layers])
        cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.network.compile(keras.optimizers.Adam(RATE), "mse" if job["regression"] else cross_entropy)
        self.network.optimizer.build(self.network.trainable_variables)
        variables = [*self.network.weights, *self.network.optimizer.variables]
        self.start = [(variable, variable.numpy().copy()) for variable in variables]

    def fit(self, X, y):
        for variable, value in self.start:
            variable.assign(value)
        self.network.fit(X, y, batch_size=self.job["batch"], epochs=self.job["epochs"], verbose=0)

    def score(self, X, y):
        from sklearn.metrics import accuracy_score, r2_score

        z = self.network.predict(X, verbose=0)
        return r2_score(y, z[:, 0]) if self.job["regression"] else accuracy_score(y, z.argmax(axis=1))


def keras_backend():
    """The first that is there."""
    import importlib.util

    for name in ("tensorflow", "jax", "torch"):
        if importlib.util.find_spec(name) is not None:
            return name
    raise ImportError("a backend of Keras", name="tensorflow or jax")


ESTIMATORS = {"lithe": lithe_estimator, "sklearn": sklearn_estimator, "skorch": skorch_estimator,
              "keras": KerasEstimator}


def measured(subject, data, job):
    X, X_test, y, y_test = data
    if job["regression"] and subject == "skorch":
        y, y_test = y.reshape(-1, 1), y_test.reshape(-1, 1)
    estimator = ESTIMATORS[subject](job)
    # The last batch of an epoch, which is smaller, is compiled too.
    few = 2 * job["batch"] + len(X) % job["batch"]
    estimator.fit(X[:few], y[:few])
    clock = time.process_time if job["threads"] == 1 else time.perf_counter
    begin = clock()
    estimator.fit(X, y)
    seconds = (clock() - begin) / job["epochs"]
    return {"seconds": seconds, "score": float(estimator.score(X_test, y_test))}


def main():
    warnings.simplefilter("ignore")
    subject, workload, threads, *batches = sys.argv[1:]
    try:
        from data import examples

        data = examples(workload)
        regression = workload == "regression"
        job = {"threads": int(threads), "columns": data[0].shape[1], "regression": regression,
               "outputs": 1 if regression else int(data[2].max()) + 1}
        result = {}
        for one in batches:
            batch, epochs = map(int, one.split(":"))
            result[batch] = measured(subject, data, {**job, "batch": batch, "epochs": epochs})
    except ImportError as error:
        result = {"missing": error.name or str(error)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
