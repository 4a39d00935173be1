"""Classifies MNIST with a multilayer perceptron in Keras.

    KERAS_BACKEND=torch keras_fit.py FOLDER      which has the files of MNIST
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # noqa: E402
from mnist_torch import read  # noqa: E402


def main():
    folder = sys.argv[1]
    x = read(folder, "train-images-idx3-ubyte")[16:].reshape(-1, 784)[:20_000] / 255.0
    y = read(folder, "train-labels-idx1-ubyte")[8:][:20_000]
    model = keras.Sequential([
        keras.layers.Input((784,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=4, verbose=2)


if __name__ == "__main__":
    main()
