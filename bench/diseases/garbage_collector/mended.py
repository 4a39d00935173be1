"""A network out of scalar values that know their gradients, in plain Python."""

import gc
import math
import random

EPOCHS = 5
POINTS = 60


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes
        self.children = []
        for parent in parents:
            parent.children.append(self)

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))


class Neuron:
    def __init__(self, inputs):
        self.weights = [Value(random.gauss(0, inputs ** -0.5)) for _ in range(inputs)]
        self.bias = Value(0.0)

    def __call__(self, x):
        total = self.bias
        for weight, value in zip(self.weights, x):
            total = total + weight * value
        return total.tanh()

    def parameters(self):
        return [*self.weights, self.bias]


def backward(order, output):
    output.grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.slopes):
            parent.grad += slope * value.grad


def topological(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((parent, False) for parent in value.parents)
    return order


def main():
    gc.disable()
    random.seed(8)
    data = [([random.gauss(0, 1) for _ in range(8)]) for _ in range(POINTS)]
    layers = [[Neuron(8) for _ in range(16)], [Neuron(16) for _ in range(16)], [Neuron(16)]]
    parameters = [p for layer in layers for neuron in layer for p in neuron.parameters()]
    minus = Value(-1.0)
    for epoch in range(EPOCHS):
        total = Value(0.0)
        for point in data:
            x = [Value(v) for v in point]
            for layer in layers:
                x = [neuron(x) for neuron in layer]
            error = x[0] + minus * Value(math.tanh(point[0] * point[1]))
            total = total + error * error
        backward(topological(total), total)
        for p in parameters:
            p.data -= 0.01 * p.grad
            p.grad = 0.0
            p.children = []
        loss = total.data / POINTS
        total = x = error = None
        gc.collect()
        print(f"epoch {epoch + 1} loss {loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
