"""Layers of sequences and tables in JAX; `values` by Lithe's names."""

import jax
import jax.numpy as jnp
from jax import lax

KINDS = {"embedding", "embed_columns", "position", "gru", "lstm", "attention", "layer_norm"}


def forward(layer, values, x):
    return _FORWARD[layer["layer"]](layer, values, x)


def step(layer, values, x, state):
    """The output behind one more position, and the new state."""
    kind = layer["layer"]
    if kind in ("gru", "lstm"):
        state = _CELLS[kind](values, state, x @ values["weight"] + values["bias"])
        return state[0], state
    if kind == "position":
        return x + values["weight"][state], state + 1
    if kind == "attention":
        return _attend_one(layer, values, x, state)
    return forward(layer, values, x), state


def begin(layer, values, length):
    """The state in front of the first position."""
    kind = layer["layer"]
    if kind in ("gru", "lstm"):
        units = len(values["recurrent_weight"])
        return tuple(jnp.zeros((1, units)) for _ in range(1 if kind == "gru" else 2))
    if kind == "position":
        return jnp.zeros((), jnp.int32)
    if kind == "attention":
        empty = jnp.zeros((length, len(values["output_bias"])))
        return empty, empty, jnp.zeros((), jnp.int32)
    return ()


def _embedding(_, values, x):
    return values["weight"][x.astype(jnp.int32)]


def _embed_columns(layer, values, x):
    codes = x[:, :len(values)].astype(jnp.int32)
    found = [values[f"weight_{i + 1}"][codes[:, i]] for i in range(len(values))]
    return jnp.concatenate([*found, x[:, len(values):]], axis=1)


def _layer_norm(_, values, x):
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * values["weight"] + values["bias"]


def _lstm_cell(values, state, into):
    y, c = state
    i, f, g, o = jnp.split(into + y @ values["recurrent_weight"], 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def _gru_cell(values, state, into):
    (y,) = state
    r, z, n = jnp.split(into, 3, axis=-1)
    pr, pz, pn = jnp.split(y @ values["recurrent_weight"] + values["recurrent_bias"], 3, axis=-1)
    z = jax.nn.sigmoid(z + pz)
    return ((1 - z) * jnp.tanh(n + jax.nn.sigmoid(r + pr) * pn) + z * y,)


_CELLS = {"gru": _gru_cell, "lstm": _lstm_cell}


def _recurrent(layer, values, x):
    cell, units = _CELLS[layer["layer"]], len(values["recurrent_weight"])
    into = jnp.swapaxes(x @ values["weight"] + values["bias"], 0, 1)
    zeros = jnp.zeros((len(x), units), x.dtype)
    state = (zeros,) if layer["layer"] == "gru" else (zeros, zeros)
    return lax.scan(lambda s, i: (cell(values, s, i), None), state, into)[0][0]


def _heads(layer, x):
    return x.reshape(*x.shape[:-1], layer["heads"], -1)


def _attention(layer, values, x):
    parts = jnp.split(x @ values["weight"] + values["bias"], 3, axis=-1)
    y = jax.nn.dot_product_attention(*(_heads(layer, part) for part in parts), is_causal=True)
    return y.reshape(x.shape) @ values["output_weight"] + values["output_bias"]


def _attend_one(layer, values, x, state):
    keys, seen, at = state
    q, k, v = jnp.split(x @ values["weight"] + values["bias"], 3, axis=-1)
    keys = lax.dynamic_update_slice_in_dim(keys, k, at, axis=0)
    seen = lax.dynamic_update_slice_in_dim(seen, v, at, axis=0)
    q, key, value = _heads(layer, q[0]), _heads(layer, keys), _heads(layer, seen)
    scores = jnp.einsum("hd,lhd->hl", q, key) / jnp.sqrt(q.shape[-1])
    scores = jnp.where(jnp.arange(len(keys)) <= at, scores, -jnp.inf)
    y = jnp.einsum("hl,lhd->hd", jax.nn.softmax(scores), value).reshape(x.shape)
    return y @ values["output_weight"] + values["output_bias"], (keys, seen, at + 1)


_FORWARD = {"embedding": _embedding, "embed_columns": _embed_columns, "layer_norm": _layer_norm,
            "position": lambda _, values, x: x + values["weight"], "attention": _attention,
            "gru": _recurrent, "lstm": _recurrent}
