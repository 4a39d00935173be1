"""A multilayer perceptron of 512 units in NumPy, trained on random regression data."""

import numpy as np

BATCH = 256
WIDTH = 512
RATE = np.float32(0.01)


def make_data(rng, count):
    x = rng.standard_normal((count, WIDTH), dtype=np.float32)
    teacher = rng.standard_normal((WIDTH, WIDTH), dtype=np.float32) / np.float32(WIDTH ** 0.5)
    return x, np.tanh(x @ teacher)


class Perceptron:
    def __init__(self, rng, layers):
        scale = np.float32((2 / WIDTH) ** 0.5)
        self.weights = [rng.standard_normal((WIDTH, WIDTH), dtype=np.float32) * scale
                        for _ in range(layers)]
        self.outputs = [np.empty((BATCH, WIDTH), np.float32) for _ in range(layers)]
        self.errors = [np.empty((BATCH, WIDTH), np.float32) for _ in range(layers)]
        self.grads = [np.empty((WIDTH, WIDTH), np.float32) for _ in range(layers)]

    def forward(self, x):
        for index, (w, out) in enumerate(zip(self.weights, self.outputs)):
            np.matmul(x, w, out=out)
            if index < len(self.weights) - 1:
                np.maximum(out, 0, out=out)
            x = out
        return x

    def step(self, x, y):
        error = self.errors[-1]
        np.subtract(self.forward(x), y, out=error)
        loss = float(np.vdot(error, error)) / error.size
        for layer in reversed(range(len(self.weights))):
            below = self.outputs[layer - 1] if layer else x
            np.matmul(below.T, self.errors[layer], out=self.grads[layer])
            if layer:
                np.matmul(self.errors[layer], self.weights[layer].T, out=self.errors[layer - 1])
                self.errors[layer - 1] *= below > 0
        for w, grad in zip(self.weights, self.grads):
            grad *= RATE / BATCH
            w -= grad
        return loss


def main():
    rng = np.random.default_rng(2)
    x, y = make_data(rng, 20 * BATCH)
    model = Perceptron(rng, layers=3)
    for epoch in range(6):
        losses = [model.step(x[i:i + BATCH], y[i:i + BATCH]) for i in range(0, len(x), BATCH)]
        print(f"epoch {epoch + 1} loss {np.mean(losses):.4f}", flush=True)


if __name__ == "__main__":
    main()
