"""Layers of one model in another."""

from __future__ import annotations

from . import _core
from ._model import Model
from ._network import Network

__all__ = ["copy_layers", "move_toward", "replace_head"]


def replace_head(network: Network, head: str) -> tuple[Network, int]:
    """The network with `head` for its last layer that has weights and all behind it, and how many of
    its first layers are those of the old one.

    Examples
    --------
    >>> import lithe
    >>> lithe.replace_head(lithe.Network("input(4) -> dense(30, relu) -> dense(10)"), "dense(3)")
    (Network('input(4) -> dense(30, relu) -> dense(3)'), 1)
    """
    sentence, layers = _core._replace_head(network, head)
    return Network(sentence), layers


def copy_layers(source: Model, to: Model, layers: int | None = None) -> list[int]:
    """Copies the arrays of the first `layers` layers, or of all, from `source` into `to`.

    Returns the numbers, from 1, of the layers that have arrays. Raises `lithe.Error` with both shapes
    if an array does not fit.

    Examples
    --------
    >>> import lithe
    >>> old = lithe.Model("input(4) -> dense(30, relu) -> dense(10)", seed=1)
    >>> network, kept = lithe.replace_head(old.network, "dense(3)")
    >>> new = lithe.Model(network, seed=2)
    >>> frozen = lithe.copy_layers(old, new, kept)  # Trainer(new, ..., frozen=frozen)
    >>> frozen, bool((new["layers.0.weight"] == old["layers.0.weight"]).all())
    ([1], True)
    """
    return list(_core._copy_layers(source, to, 2**31 if layers is None else layers))


def move_toward(model: Model, other: Model, share: float) -> None:
    """Moves the values of a model toward those of another of the same network and precision, by a
    share of the way from 0 to 1: what target networks need (Lillicrap and others, 2016).

    Raises `lithe.Error` where the two do not fit.

    Examples
    --------
    >>> import lithe
    >>> model, other = lithe.Model("input(1) -> dense(1)"), lithe.Model("input(1) -> dense(1)")
    >>> model["layers.0.bias"], other["layers.0.bias"] = [0.0], [1.0]
    >>> lithe.move_toward(model, other, 0.25)
    >>> model["layers.0.bias"]
    array([0.25], dtype=float32)
    """
    _core._move_toward(model, other, share)
