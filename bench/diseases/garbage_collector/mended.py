"""A network out of scalar values that know their gradients, in plain Python."""

import gc
import math
import random

EPOCHS = 5
POINTS = 50


class Value:
    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self.previous = set(children)
        self.backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def backward():
            self.grad += out.grad
            other.grad += out.grad
        out.backward = backward
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.backward = backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))

        def backward():
            self.grad += (1 - out.data * out.data) * out.grad
        out.backward = backward
        return out


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
        value.backward()


def topological(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((parent, False) for parent in value.previous)
    return order


def main():
    gc.freeze()
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
        print(f"epoch {epoch + 1} loss {total.data / POINTS:.4f}", flush=True)


if __name__ == "__main__":
    main()
