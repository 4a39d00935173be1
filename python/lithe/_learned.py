"""A learned array of a model, shown where it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from ._arrays import Array

if TYPE_CHECKING:
    from ._model import Model


class LearnedArray(NDArrayOperatorsMixin):
    """A view of a learned array: it shows the values that the model has now, and changes them.

    `model["layers.0.weight"]` gives one. It keeps the model alive, computes as a NumPy array does,
    and has an array's attributes and methods.

    - `view[:, 0] = values` changes the model, also between two epochs of a `Trainer`; `view[:, 0]`
      is a view too.
    - `numpy.asarray(view)`, `view.T` and the like are arrays of the values of this moment, and
      read-only, so that no change is lost in them; `view.copy()` can be written to.
    - While an epoch runs in another thread, values of several steps may stand beside each other.
      `Trainer.finish` puts averaged weights, or those of the best epoch, into the model.

    It is no `numpy.ndarray`: the library keeps the weights of 32 units (16 in float64) side by
    side, and those of the next units behind them, which no array can describe.

    Examples
    --------
    >>> import lithe
    >>> model = lithe.Model("input(2) -> dense(3)")
    >>> bias = model["layers.0.bias"]
    >>> bias[1] = 0.5
    >>> model.predict([[0.0, 0.0]])
    array([[0. , 0.5, 0. ]])
    >>> bias + 1
    array([1. , 1.5, 1. ], dtype=float32)
    """

    __slots__ = ("_keys", "_model", "_name")

    def __init__(self, model: Model, name: str, keys: tuple[Any, ...] = ()) -> None:
        """`keys`: the part of the array that is shown, index after index."""
        self._model, self._name, self._keys = model, name, keys

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a weight: (inputs, units)."""
        return self.__array__().shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the model's precision."""
        return np.dtype(self._model.precision)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("a learned array cannot be shown as an array without a copy")
        values = self._part(self._model._values(self._name))
        if dtype is not None:
            values = values.astype(dtype, copy=False)
        values.flags.writeable = bool(copy)
        return values

    def _part(self, whole: Array) -> Array:
        for key in self._keys:
            whole = whole[key]
        return whole

    def __getitem__(self, key: Any) -> Any:
        shown = self.__array__()
        part = shown[key]
        # As of a NumPy array: a number, a copy where rows are named by a list, else a view.
        if isinstance(part, np.ndarray) and np.may_share_memory(part, shown):
            return LearnedArray(self._model, self._name, (*self._keys, key))
        return part

    def __setitem__(self, key: Any, values: Any) -> None:
        whole = self._model._values(self._name)
        self._part(whole)[key] = values
        self._model._set_values(self._name, whole.astype(np.float64).ravel())

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", ())
        if out:
            options["out"] = tuple(_taken(given) for given in out)
        result = getattr(ufunc, method)(*(_read(given) for given in inputs), **options)
        for given, computed in zip(out, options.get("out", ()), strict=True):
            if isinstance(given, LearnedArray):
                given[...] = computed
        return out[0] if len(out) == 1 else out or result

    def __getattr__(self, name: str) -> Any:
        # Of the object that `copy` and `pickle` make, nothing can be asked yet.
        if name.startswith("_"):
            raise AttributeError(f"'LearnedArray' object has no attribute '{name}'")
        return getattr(self.__array__(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        # The mixin of NumPy before 2 has no slots: `view.flat = 1` would change nothing and not say so.
        if name not in LearnedArray.__slots__:
            raise AttributeError(f"'{name}' of a learned array cannot be set: view[...] = values")
        object.__setattr__(self, name, value)

    def copy(self) -> Array:
        """The values of this moment, as an array of their own."""
        return self.__array__(copy=True)

    def __len__(self) -> int:
        return len(self.__array__())

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    def __contains__(self, value: object) -> bool:
        return value in self.__array__()

    def __bool__(self) -> bool:
        return bool(self.__array__())

    def __float__(self) -> float:
        return float(self.__array__())

    def __repr__(self) -> str:
        return repr(self.__array__())

    def __reduce__(self) -> tuple[object, ...]:
        return np.array, (self.copy(),)


def _read(given: Any) -> Any:
    return given.__array__() if isinstance(given, LearnedArray) else given


def _taken(given: Any) -> Any:
    return given.copy() if isinstance(given, LearnedArray) else given
