"""Fits a small network in JAX with a learning rate that decays."""

import jax
import jax.numpy as jnp

STEPS = 5


def init(key, sizes):
    keys = jax.random.split(key, len(sizes))
    return [(jax.random.normal(k, (m, n)) / m ** 0.5, jnp.zeros(n))
            for k, m, n in zip(keys, sizes, sizes[1:])]


def predict(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def loss(params, x, y):
    return jnp.mean((predict(params, x) - y) ** 2)


def update(params, x, y, rate):
    value, grads = jax.value_and_grad(loss)(params, x, y)
    return value, jax.tree.map(lambda p, g: p - rate * g, params, grads)


def train_step(params, x, y, rate):
    step = jax.jit(lambda p, a, b: update(p, a, b, rate))
    return step(params, x, y)


def main():
    key = jax.random.key(1)
    x = jax.random.normal(key, (2048, 64))
    y = jnp.sin(x[:, :1]) * x[:, 1:2]
    params = init(key, [64, 256, 256, 1])
    for epoch in range(6):
        total = 0.0
        for step in range(STEPS):
            value, params = train_step(params, x, y, 0.05 * 0.999 ** (epoch * STEPS + step))
            total += float(value)
        print(f"epoch {epoch + 1} loss {total / STEPS:.4f}", flush=True)


if __name__ == "__main__":
    main()
