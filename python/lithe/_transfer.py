"""Layers of one model in another, and several models that answer together."""

from __future__ import annotations

from collections.abc import Sequence

from . import _core
from ._model import Model
from ._network import Network

__all__ = ["copy_layers", "ensemble", "move_toward", "replace_head"]


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


def ensemble(models: Sequence[Model]) -> Model:
    """The model whose answer is the mean of the models': of the probability of each class where they
    were trained with cross_entropy, of each output's with binary_cross_entropy, else of the outputs.

    Raises `lithe.Error` where two of them differ in their input, loss, classes, precision or columns.

    Examples
    --------
    >>> import lithe, numpy
    >>> models = [lithe.Model("input(2) -> dense(3)", seed=seed) for seed in (1, 2)]
    >>> both = lithe.ensemble(models)
    >>> both.network
    Network('input(2) -> ensemble(dense(3), times=2)')
    >>> X = numpy.array([[0.5, 1.0]])
    >>> bool(numpy.allclose(both.predict(X), (models[0].predict(X) + models[1].predict(X)) / 2))
    True
    """
    made = Model("input(1) -> dense(1)")
    _core._ensemble(made, list(models))
    return made
