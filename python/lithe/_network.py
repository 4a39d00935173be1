"""Networks, and what can be said in them."""

from __future__ import annotations

from collections.abc import Sequence

from . import _core
from ._core import Network

__all__ = ["Network", "catalogue"]


def _with_input(self: Network, shape: int | Sequence[int]) -> Network:
    """The network with `input(shape)` in front.

    Parameters
    ----------
    shape : int or sequence of int
        Of one example: 784, or (28, 28, 1) for height, width and channels.

    Raises
    ------
    lithe.Error
        With both sizes, if the network has an input of another size.

    Examples
    --------
    >>> import lithe
    >>> lithe.Network("dense(10)").with_input(4).parameter_count
    50
    """
    sizes = [shape] if isinstance(shape, int) else [int(size) for size in shape]
    return self._with_input(sizes)


Network.with_input = _with_input


def catalogue() -> dict[str, dict[str, str]]:
    """Everything that sentences can name, by category: layers, losses, optimizers and so on.

    Each entry is described with its arguments, their defaults and ranges.

    Examples
    --------
    >>> import lithe
    >>> "adam" in lithe.catalogue()["optimizers"]
    True
    """
    return dict(_core._list_catalogue())
