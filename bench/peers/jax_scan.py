"""JAX: an epoch is one compiled program (jit) that scans over the batches, or each step is one;
optimizers by hand.

Inside a scan XLA's convolution takes some sixty times as long as outside: there it is written as
products of patches as well, and the fastest is taken.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import data as start_of
import jax_layers

_ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "elu": jax.nn.elu,
                "sigmoid": jax.nn.sigmoid, "identity": lambda x: x,
                "gelu": lambda x: jax.nn.gelu(x, approximate=False)}
_LAYOUT = ("NHWC", "HWIO", "NHWC")


def learners(job):
    jax.config.update("jax_enable_x64", job["precision"] == "float64")
    if not start_of.has_images(job):
        return {"jit + scan": lambda data: Learner(job, data),
                "jit + scan, two steps unrolled": lambda data: Learner(job, data, unroll=2)}
    return {"step by step, convolutions": lambda data: Learner(job, data, scan=False),
            "step by step, patches":
                lambda data: Learner(job, data, scan=False, convolve=_by_patches),
            "scan, patches": lambda data: Learner(job, data, convolve=_by_patches)}


class Learner:
    def __init__(self, job, data, scan=True, unroll=1, convolve=None):
        self.job, self.unroll, self.convolve = job, unroll, convolve or _convolve
        self.x, self.test_x = (_inputs(job, x) for x in (data.x, data.test_x))
        self.targets = jnp.asarray(data.targets)
        weights = _weights(job)
        zeros = jax.tree.map(jnp.zeros_like, weights)
        self.state = (weights, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), jnp.float32),
                      _running(job))
        # Compiling is not timed: it is done once, for as many epochs as one likes.
        full, rest = self._split(np.arange(len(data.x), dtype=np.int32))
        self.epoch = self._compiled(self._scan, full) if scan else self._steps
        self.step = None if scan else self._compiled(self._step, full[0])
        self.last = self._compiled(self._step, rest) if len(rest) else None

    def train(self, order):
        full, rest = self._split(order.astype(np.int32))
        self.state = self.epoch(self.state, self.x, self.targets, full)
        if len(rest):
            self.state = self.last(self.state, self.x, self.targets, rest)
        jax.block_until_ready(self.state)

    def outputs(self):
        weights, *_, running = self.state
        forward = jax.jit(lambda w, r, x: _forward(self.job, w, x, self.convolve, r)[0])
        return np.asarray(forward(weights, running, self.test_x))

    def parameters(self):
        return sum(array.size for array in jax.tree.leaves(self.state[0]))

    def _split(self, order):
        """The full batches; and the last, which may be smaller, or empty."""
        whole = len(order) // self.job["batch"] * self.job["batch"]
        return order[:whole].reshape(-1, self.job["batch"]), order[whole:]

    def _compiled(self, function, rows):
        return jax.jit(function, donate_argnums=0).lower(
            self.state, self.x, self.targets, rows).compile()

    def _scan(self, state, x, targets, steps):
        return lax.scan(lambda s, rows: (self._step(s, x, targets, rows), None), state, steps,
                        unroll=self.unroll)[0]

    def _steps(self, state, x, targets, steps):
        for rows in steps:
            state = self.step(state, x, targets, rows)
        return state

    def _step(self, state, x, targets, rows):
        weights, *moments, running = state

        def cost(w):
            outputs, seen = _forward(self.job, w, x[rows], self.convolve)
            return _cost(self.job["loss"], outputs, targets[rows]) / len(rows), seen

        gradient, seen = jax.grad(cost, has_aux=True)(weights)
        update = _UPDATES[self.job["optimizer"]["name"]]
        running = jax.tree.map(lambda r, s: 0.9 * r + 0.1 * s, running, seen)
        return *update((weights, *moments), gradient, self.job["optimizer"]["rate"]), running


def calls(job, data):
    weights, examples = _weights(job), [_inputs(job, row) for row in data.x[:, np.newaxis]]

    def way(convolve):
        call = jax.jit(lambda w, x: _forward(job, w, x, convolve)[0]).lower(
            weights, examples[0]).compile()

        def every(keep):
            if keep:
                return [np.asarray(call(weights, x)) for x in examples]
            for x in examples:
                call(weights, x).block_until_ready()
            return []

        return every

    if not start_of.has_images(job):
        return {"jit": way(_convolve)}
    return {"jit, convolutions": way(_convolve), "jit, patches": way(_by_patches)}


def steps(job, data):
    weights, sequences = _weights(job), np.asarray(_inputs(job, data.x))
    beginning = [jax_layers.begin(layer, values, job["input"][0])
                 for layer, values in zip(job["layers"], weights)]

    def one(weights, states, x):
        return _run(job, weights, x, _convolve, states=states)

    first = jnp.asarray(sequences[0, :1])
    call = jax.jit(one).lower(weights, beginning, first).compile()

    def every(keep):
        kept = []
        for sequence in sequences:
            states = beginning
            for i in range(len(sequence)):
                outputs, states = call(weights, states, sequence[i:i + 1])
                outputs.block_until_ready()
                if keep:
                    kept.append(np.asarray(outputs))
        return kept

    return {"jit": every}


def convolutions(job, x, weight, gradient):
    x, w, dy = (jnp.asarray(array) for array in (x, weight, gradient))
    if job["part"] == "forward":
        call, arguments = (lambda a, b: _convolve(a, b, "SAME")), (x, w)
    elif job["part"] == "weights":
        call = lambda a, d: jax.vjp(lambda b: _convolve(a, b, "SAME"), w)[1](d)[0]
        arguments = (x, dy)
    else:
        call = lambda b, d: jax.vjp(lambda a: _convolve(a, b, "SAME"), x)[1](d)[0]
        arguments = (w, dy)
    compiled = jax.jit(call).lower(*arguments).compile()
    return {"jit": lambda: compiled(*arguments).block_until_ready()}, np.asarray


def _convolve(x, weight, padding="VALID"):
    return lax.conv_general_dilated(x, weight, (1, 1), padding, dimension_numbers=_LAYOUT)


def _by_patches(x, weight):
    """The same inside the image, as a product of all patches with the weights."""
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


def _inputs(job, rows):
    rows = rows.reshape(-1, *job["input"])
    if job["data"] == "tokens":
        rows = rows.astype(np.int32)
    is_grey = start_of.has_images(job) and rows.ndim == 3
    return jnp.asarray(rows[..., np.newaxis] if is_grey else rows)


def _weights(job):
    """What each layer learns, by Lithe's names."""
    return [jax.tree.map(jnp.asarray, values) for values in start_of.values(job)]


def _running(job):
    """Mean and variance of each batch norm, for inference."""
    return [(jnp.zeros(layer["units"]), jnp.ones(layer["units"]))
            for layer in job["layers"] if layer["layer"] == "batch_norm"]


def _forward(job, weights, x, convolve, running=None):
    """The outputs, and what each batch norm saw; with `running` as it is for inference."""
    return _run(job, weights, x, convolve, norms=running)


def _run(job, weights, x, convolve, norms=None, states=None):
    """With `states`, one position of a sequence: then the new states are the second answer."""
    running, seen, after, skip = iter(norms or []), [], [], None
    for number, (layer, values) in enumerate(zip(job["layers"], weights)):
        kind = layer["layer"]
        skip = x if layer.get("opens") else skip
        state = ()
        if kind in jax_layers.KINDS and states is not None:
            x, state = jax_layers.step(layer, values, x, states[number])
        elif kind in jax_layers.KINDS:
            x = jax_layers.forward(layer, values, x)
        elif kind == "max_pool":
            x = _pool(x)
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif kind == "batch_norm":
            mean, variance = next(running) if norms else (x.mean(axis=0), x.var(axis=0))
            seen.append((mean, variance))
            x = (x - mean) * lax.rsqrt(variance + 1e-5) * values["weight"] + values["bias"]
        else:
            weight = values["weight"]
            product = convolve(x, weight) if kind == "conv2d" else x @ weight
            x = _ACTIVATIONS[layer["activation"]](product + values["bias"])
        if layer.get("closes"):
            x = skip + x
        after.append(state)
    return x, seen if states is None else after


def _cost(loss, a, y):
    """Summed over the examples."""
    if loss == "cross_entropy":
        return -(jax.nn.log_softmax(a) * y).sum()
    if loss == "binary_cross_entropy":
        return (jax.nn.softplus(a) - a * y).sum()
    return 0.5 * jnp.square(a - y).sum()


def _adam(state, gradient, rate):
    weights, mean, square, time = state
    time = time + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
    square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
    root = jnp.sqrt(1 - 0.999**time)
    size = rate * root / (1 - 0.9**time)
    return jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8 * root), weights, mean,
                        square), mean, square, time


def _adamw(state, gradient, rate):
    shrunk = jax.tree.map(lambda p: p * (1 - rate * 0.01), state[0])
    return _adam((shrunk, *state[1:]), gradient, rate)


def _rmsprop(state, gradient, rate):
    weights, mean, square, time = state
    square = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, square, gradient)
    return jax.tree.map(lambda p, g, v: p - rate * g / (jnp.sqrt(v) + 1e-8), weights, gradient,
                        square), mean, square, time


def _sgd(state, gradient, rate):
    return jax.tree.map(lambda p, g: p - rate * g, state[0], gradient), *state[1:]


_UPDATES = {"adam": _adam, "adamw": _adamw, "rmsprop": _rmsprop, "sgd": _sgd}


def describe():
    return {"versions": {"jax": jax.__version__, "jaxlib": jax.lib.__version__},
            "blas": "none, XLA's own products", "kernels": "compiled by XLA for this processor"}
