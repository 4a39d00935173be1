"""JAX: an epoch is one compiled program (jit) that scans over the batches, or each step is one;
Adam by hand.

Inside a scan XLA's convolution takes some sixty times as long as outside: there it is written as
products of patches.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from peers import example
from workloads import RATE

_LAYOUT = ("NHWC", "HWIO", "NHWC")


def prepare(threads):
    del threads  # as many as this process may run on


def learners(batch):
    """Ways to train, each a function of the data."""
    return {
        "scan, patches": lambda data: Learner(data, batch, _by_patches, scan=True),
        "step by step, patches": lambda data: Learner(data, batch, _by_patches, scan=False),
        "step by step, convolutions": lambda data: Learner(data, batch, _convolve, scan=False)}


class Learner:
    def __init__(self, data, batch, convolve, scan):
        self.batch, self.convolve = batch, convolve
        self.images, self.test_images = (_images(x) for x in (data.images, data.test_images))
        self.classes = jnp.asarray(data.classes.astype(np.int32))
        weights = _start()
        zeros = jax.tree.map(jnp.zeros_like, weights)
        self.state = (weights, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), jnp.float32))
        # Compiling is not timed: it is done once, for as many epochs as one likes.
        full, rest = self._split(np.arange(len(data.classes), dtype=np.int32))
        self.epoch = self._compiled(self._scan, full) if scan else self._steps
        self.step = None if scan else self._compiled(self._step, full[0])
        self.last = self._compiled(self._step, rest) if len(rest) else None

    def train(self, order):
        """An epoch; its mean loss."""
        full, rest = self._split(order.astype(np.int32))
        self.state, losses = self.epoch(self.state, self.images, self.classes, full)
        total = losses.sum() * self.batch
        if len(rest):
            self.state, loss = self.last(self.state, self.images, self.classes, rest)
            total += loss * len(rest)
        return float(jax.block_until_ready(total)) / len(order)

    def classify(self):
        return np.asarray(jax.jit(_forward, static_argnums=2)(
            self.state[0], self.test_images, self.convolve).argmax(axis=1))

    def parameters(self):
        return sum(array.size for array in jax.tree.leaves(self.state[0]))

    def _split(self, order):
        """The full batches; and the last, which may be smaller, or empty."""
        whole = len(order) // self.batch * self.batch
        return order[:whole].reshape(-1, self.batch), order[whole:]

    def _compiled(self, function, rows):
        return jax.jit(function, donate_argnums=0).lower(
            self.state, self.images, self.classes, rows).compile()

    def _scan(self, state, images, classes, steps):
        return lax.scan(lambda s, rows: self._step(s, images, classes, rows), state, steps)

    def _steps(self, state, images, classes, steps):
        losses = []
        for rows in steps:
            state, loss = self.step(state, images, classes, rows)
            losses.append(loss)
        return state, jnp.stack(losses)

    def _step(self, state, images, classes, rows):
        loss, gradient = jax.value_and_grad(_cost)(state[0], images[rows], classes[rows],
                                                   self.convolve)
        return _adam(state, gradient), loss


def calls(images):
    """Ways to read one image after another."""
    weights, examples = _start(), [_images(row) for row in images[:, np.newaxis]]

    def way(convolve):
        call = jax.jit(lambda w, x: _forward(w, x, convolve)).lower(weights, examples[0]).compile()

        def read():
            for x in examples:
                call(weights, x).block_until_ready()

        return read

    return {"jit, convolutions": way(_convolve), "jit, patches": way(_by_patches)}


def convolutions(part, batch):
    """Ways to make it, each a function that answers the result; and how to bring that into the
    order of example.py."""
    x, w, dy = (jnp.asarray(array) for array in (
        example.images(batch), example.weights(), example.gradient(batch)))
    if part == "forward":
        call, arguments = _convolve, (x, w)
    elif part == "weights":
        call, arguments = lambda a, d: jax.vjp(lambda b: _convolve(a, b), w)[1](d)[0], (x, dy)
    else:
        call, arguments = lambda b, d: jax.vjp(lambda a: _convolve(a, b), x)[1](d)[0], (w, dy)
    compiled = jax.jit(call).lower(*arguments).compile()
    return {"jit": lambda: compiled(*arguments).block_until_ready()}, np.asarray


def _convolve(x, weight, padding="SAME"):
    return lax.conv_general_dilated(x, weight, (1, 1), padding, dimension_numbers=_LAYOUT)


def _by_patches(x, weight, padding):
    """The same inside the image, as a product of all patches with the weights."""
    assert padding == "VALID"
    rows, columns = (x.shape[i] - weight.shape[i - 1] + 1 for i in (1, 2))
    patches = jnp.concatenate([x[:, i:i + rows, j:j + columns]
                               for i in range(weight.shape[0]) for j in range(weight.shape[1])],
                              axis=-1)
    y = patches.reshape(-1, patches.shape[-1]) @ weight.reshape(-1, weight.shape[-1])
    return y.reshape(len(x), rows, columns, -1)


def _pool(x):
    """The largest of 2x2; as reduce_window its gradient takes longer."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))


def _images(pixels):
    return jnp.asarray(pixels.reshape(-1, 28, 28, 1))


def _start():
    """He's uniform start, biases of zero."""
    rng = np.random.default_rng(1)
    shapes = [(5, 5, 1, 6), (5, 5, 6, 16), (256, 120), (120, 84), (84, 10)]
    return [(jnp.asarray(rng.uniform(-1, 1, shape) * np.sqrt(6 / np.prod(shape[:-1])),
                         dtype=jnp.float32), jnp.zeros(shape[-1], jnp.float32))
            for shape in shapes]


def _forward(weights, x, convolve):
    for weight, bias in weights[:2]:
        x = _pool(jax.nn.relu(convolve(x, weight, "VALID") + bias))
    x = x.reshape(len(x), -1)
    for weight, bias in weights[2:-1]:
        x = jax.nn.relu(x @ weight + bias)
    return x @ weights[-1][0] + weights[-1][1]


def _cost(weights, x, classes, convolve):
    logs = jax.nn.log_softmax(_forward(weights, x, convolve))
    return -jnp.take_along_axis(logs, classes[:, np.newaxis], axis=1).mean()


def _adam(state, gradient):
    weights, mean, square, time = state
    time = time + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
    square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
    root = jnp.sqrt(1 - 0.999**time)
    size = RATE * root / (1 - 0.9**time)
    return jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8 * root), weights, mean,
                        square), mean, square, time


def describe():
    return {"versions": {"jax": jax.__version__, "jaxlib": jax.lib.__version__},
            "blas": "none, XLA's own products", "kernels": "compiled by XLA for this processor"}
