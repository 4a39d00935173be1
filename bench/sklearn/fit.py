"""One fit of one subject: fit.py SUBJECT WORKLOAD BATCH EPOCHS prints {"seconds": of an epoch, "score"}.

Exit status 77: the subject is not installed. Columns are brought to mean 0 and deviation 1 for all
before the clock runs; the initial values and the order of the examples are each one's own.
"""

import json
import os
import sys
import time
import warnings

SKIPPED = 77
HIDDEN, RATE, SEED = 100, 1e-3, 0
THREADS = int(os.environ.get("LITHE_BENCH_THREADS", "0"))  # 0: as installed


def data(workload):
    """X and y to fit, X and y to score; float32."""
    import numpy as np
    from sklearn.datasets import load_digits, make_classification, make_regression
    from sklearn.model_selection import train_test_split

    if workload == "digits":
        X, y = load_digits(return_X_y=True)
    elif workload == "mnist":
        X, y = mnist()
    elif workload == "covertype-like":
        X, y = make_classification(100_000, 54, n_informative=20, n_redundant=10, n_classes=7, random_state=SEED)
    else:
        X, y = make_regression(20_000, 50, n_informative=20, noise=10, random_state=SEED)
        y = (y - y.mean()) / y.std()
    X = np.asarray(X, dtype=np.float32)
    deviation = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    return train_test_split(X, y.astype(np.float32 if workload == "regression" else np.int64), random_state=SEED)


def mnist():
    """The training images of real MNIST from $LITHE_DATA, or random ones of that shape."""
    import gzip
    import pathlib

    import numpy as np

    folder = pathlib.Path(os.environ.get("LITHE_DATA", "none"), "mnist")
    found = {name: next(folder.glob(f"train-{name}*"), None) for name in ("images", "labels")}
    if not all(found.values()):
        random = np.random.default_rng(SEED)
        return random.integers(0, 256, (60_000, 784)), random.integers(0, 10, 60_000)

    def read(path, head):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rb") as file:
            return np.frombuffer(file.read(), np.uint8, offset=head)

    return read(found["images"], 16).reshape(-1, 784), read(found["labels"], 8)


def lithe_fit(X, y, batch, epochs, regression):
    import lithe

    kind = lithe.Regressor if regression else lithe.Classifier
    return kind(f"dense({HIDDEN}, relu)", optimizer=f"adam({RATE})", batch=batch, epochs=epochs,
                random_state=SEED, n_jobs=THREADS or None).fit(X, y)


def sklearn_fit(X, y, batch, epochs, regression):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPRegressor if regression else MLPClassifier
    return kind((HIDDEN,), batch_size=batch, max_iter=epochs, learning_rate_init=RATE, alpha=0, tol=0,
                n_iter_no_change=epochs, random_state=SEED).fit(X, y)


def skorch_fit(X, y, batch, epochs, regression):
    import torch
    from skorch import NeuralNetClassifier, NeuralNetRegressor

    if THREADS:
        torch.set_num_threads(THREADS)
    torch.manual_seed(SEED)
    outputs = 1 if regression else int(y.max()) + 1
    module = torch.nn.Sequential(torch.nn.Linear(X.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, outputs))
    kind = NeuralNetRegressor if regression else NeuralNetClassifier
    loss = torch.nn.MSELoss if regression else torch.nn.CrossEntropyLoss
    net = kind(module, criterion=loss, optimizer=torch.optim.Adam, lr=RATE, batch_size=batch, max_epochs=epochs,
               train_split=None, iterator_train__shuffle=True, verbose=0)
    return net.fit(X, y.reshape(-1, 1) if regression else y)


def keras_fit(X, y, batch, epochs, regression):
    import keras

    keras.utils.set_random_seed(SEED)
    outputs = 1 if regression else int(y.max()) + 1
    net = keras.Sequential([keras.layers.Dense(HIDDEN, "relu"), keras.layers.Dense(outputs)])
    loss = "mse" if regression else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.Adam(RATE), loss)
    net.fit(X, y, batch_size=batch, epochs=epochs, verbose=0)

    class Answers:
        def score(self, X, y):
            from sklearn.metrics import accuracy_score, r2_score

            z = net.predict(X, verbose=0)
            return r2_score(y, z[:, 0]) if regression else accuracy_score(y, z.argmax(axis=1))

    return Answers()


FITS = {"lithe": lithe_fit, "sklearn": sklearn_fit, "skorch": skorch_fit, "keras": keras_fit}


def main():
    subject, workload, batch, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    warnings.simplefilter("ignore")
    try:
        X, X_test, y, y_test = data(workload)
        regression = workload == "regression"
        FITS[subject](X[:400], y[:400], batch, 1, regression)  # imports, and what is made once
    except ImportError:
        sys.exit(SKIPPED)
    begin = time.perf_counter()
    fitted = FITS[subject](X, y, batch, epochs, regression)
    seconds = (time.perf_counter() - begin) / epochs
    print(json.dumps({"seconds": seconds, "score": float(fitted.score(X_test, y_test))}))


if __name__ == "__main__":
    main()
