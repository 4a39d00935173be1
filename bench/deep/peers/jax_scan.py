"""JAX: an epoch is one compiled program (jit) that scans over the batches; optimizers by hand."""

import jax
import jax.numpy as jnp
import numpy as np

from data import start
from workloads import RATE

_ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "elu": jax.nn.elu,
                "sigmoid": jax.nn.sigmoid, "identity": lambda x: x}


def variants(workload, data, threads):
    del threads  # as many as this process may run on
    if workload.inference:
        return {"jit, a call an example": lambda: _calls(workload, data)}
    return {"jit + scan": lambda: _scan(workload, data, 1),
            "jit + scan, two steps unrolled": lambda: _scan(workload, data, 2)}


def _scan(workload, data, unroll):
    x = jnp.asarray(data.batches(data.x, workload))
    y = jnp.asarray(data.batches(data.targets, workload))
    parameters = _parameters(workload)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros((), jnp.float32))

    def step(current, batch):
        gradient = jax.grad(_cost)(current[0], *batch, workload)
        return _UPDATES[workload.optimizer](current, gradient, RATE[workload.optimizer]), None

    def scan(current, xs, ys):
        return jax.lax.scan(step, current, (xs, ys), unroll=unroll)[0]

    compiled = jax.jit(scan, donate_argnums=0).lower(state, x, y).compile()

    def epoch():
        nonlocal state
        state = compiled(state, x, y)
        jax.block_until_ready(state)

    return epoch


def _calls(workload, data):
    parameters = _parameters(workload)
    examples = [jnp.asarray(row) for row in data.x[:, np.newaxis]]
    call = jax.jit(lambda p, x: _forward(p, x, workload)).lower(parameters, examples[0]).compile()

    def epoch():
        for x in examples:
            call(parameters, x).block_until_ready()

    return epoch


def _parameters(workload):
    """A layer's weight and bias; the scale and shift of its batch norm."""
    return [(jnp.asarray(w), jnp.asarray(b), jnp.ones_like(b), jnp.zeros_like(b))
            if workload.batch_norm else (jnp.asarray(w), jnp.asarray(b))
            for w, b in start(workload)]


def _forward(parameters, x, workload):
    for weight, bias, *norm in parameters[:-1]:
        x = _ACTIVATIONS[workload.activation](x @ weight + bias)
        if norm:
            # The running averages for inference are left out: a favour to JAX.
            centred = x - x.mean(axis=0)
            x = centred * jax.lax.rsqrt(jnp.square(centred).mean(axis=0) + 1e-5) * norm[0] + norm[1]
    weight, bias = parameters[-1][:2]
    return _ACTIVATIONS[workload.output](x @ weight + bias)


def _cost(parameters, x, y, workload):
    a = _forward(parameters, x, workload)
    if workload.loss == "cross_entropy":
        return -(jax.nn.log_softmax(a) * y).sum() / workload.batch
    if workload.loss == "binary_cross_entropy":
        return (jax.nn.softplus(a) - a * y).sum() / workload.batch
    return 0.5 * jnp.square(a - y).sum() / workload.batch


def _adam(state, gradient, rate):
    parameters, mean, square, time = state
    time = time + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
    square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
    root = jnp.sqrt(1 - 0.999**time)
    size = rate * root / (1 - 0.9**time)
    return jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8 * root), parameters,
                        mean, square), mean, square, time


def _rmsprop(state, gradient, rate):
    parameters, mean, square, time = state
    square = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, square, gradient)
    return jax.tree.map(lambda p, g, v: p - rate * g / (jnp.sqrt(v) + 1e-8), parameters, gradient,
                        square), mean, square, time


def _sgd(state, gradient, rate):
    return jax.tree.map(lambda p, g: p - rate * g, state[0], gradient), *state[1:]


_UPDATES = {"adam": _adam, "rmsprop": _rmsprop, "sgd": _sgd}


def describe():
    return {"versions": {"jax": jax.__version__, "jaxlib": jax.lib.__version__},
            "blas": "none, XLA's own products", "kernels": "compiled by XLA for this processor"}
