"""An epoch of the seed network from Python: epoch.py EPOCHS prints {"seconds": the least of an epoch}.

The arguments are those of `lithe train seed --precision float32 --threads 1`; the data are as large.
"""

import json
import sys

sys.dont_write_bytecode = True

EPOCHS = 5
NETWORK = "input(784) -> dense(30, sigmoid, normal, normal) -> dense(10, sigmoid, normal, normal)"


def main():
    import lithe
    from data import mnist

    X, y = mnist()
    train = lithe.Examples(X[:50_000].astype("uint8"), y[:50_000])
    trainer = lithe.Trainer(lithe.Model(NETWORK, seed=1), train, loss="quadratic", optimizer="sgd(1.25)",
                            batch=10, epochs=EPOCHS, threads=1)
    print(json.dumps({"seconds": min(report.seconds for report in trainer)}))


if __name__ == "__main__":
    main()
