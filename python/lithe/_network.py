"""Networks, and what can be said in them."""

from __future__ import annotations

from collections.abc import Sequence

from . import _core


class Network(_core.Network):
    """A network as a value, written as a sentence of layers.

    Parameters
    ----------
    sentence : str
        Layers in their order, such as "dense(30, sigmoid) -> dense(10)"; `lithe.catalogue()` lists
        them with their arguments.

    Raises
    ------
    lithe.Error
        With a caret under the mistake, for a sentence that does not parse.

    Examples
    --------
    >>> import lithe
    >>> lithe.Network("dense(30, sigmoid) -> dense(10)").with_input(784)
    Network('input(784) -> dense(30, sigmoid) -> dense(10)')
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)

    def with_input(self, shape: int | Sequence[int], *, lengths: bool = False) -> Network:
        """The network with `input(shape)` in front.

        Parameters
        ----------
        shape : int or sequence of int
            Of one example: 784, (48, 7) for a sequence of 48 positions and 7 channels, or
            (28, 28, 1) for height, width and channels.
        lengths : bool
            Whether the examples are sequences of unequal length, padded to that shape.

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
        return Network(str(self._with_input(sizes, lengths)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        return Network, (str(self),)


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
