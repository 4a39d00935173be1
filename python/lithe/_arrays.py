"""From arrays of any kind to what the library reads where it lies."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from ._error import CopyWarning, Error

Array = npt.NDArray[Any]

_READ_AS_IS = (np.uint8, np.float32, np.float64)
_LARGE = 64 << 20  # bytes; a copy of more is said


def _float_type(dtype: np.dtype[Any]) -> type:
    """The type that holds values of `dtype` without loss, as far as one does."""
    return np.float32 if dtype.itemsize <= 2 else np.float64


def features(X: Any, shape: tuple[int, ...] | None = None) -> Array:
    """`X` as a matrix [rows][columns] of uint8, float32 or float64 whose rows are contiguous.

    Images [rows, height, width, ...] become rows. Nothing is copied where `X` is such a matrix
    already, be it read-only, memory-mapped, or every second row of another one. A copy of more than
    64 MB gives a `CopyWarning`.
    """
    array = np.asarray(X) if not hasattr(X, "__dlpack__") else _imported(X)
    if array.dtype == object or array.dtype.kind not in "biuf":
        raise Error(
            f"features of type {array.dtype}, which are not numbers", "X", "numbers in every column", "data"
        )
    if array.ndim < 2:
        raise Error(
            f"features with {array.ndim} dimensions", "X", "[examples][values]: X.reshape(1, -1) is one example", "data"
        )
    given = array
    if array.dtype not in _READ_AS_IS:
        array = array.astype(_float_type(array.dtype))
    if array.ndim > 2:
        array = array.reshape(len(array), -1)
    elif array.strides[1] != array.itemsize or array.strides[0] < 0 or array.strides[0] % array.itemsize:
        array = np.ascontiguousarray(array)
    if array.nbytes > _LARGE and not np.shares_memory(array, given):
        warnings.warn(
            f"features of type {given.dtype} are copied ({array.nbytes >> 20} MB); "
            "float32, float64 and uint8 in row order are read where they are",
            CopyWarning,
            stacklevel=3,
        )
    return array


def _imported(X: Any) -> Array:
    if isinstance(X, np.ndarray):
        return X
    try:
        return np.from_dlpack(X)
    except (BufferError, TypeError, RuntimeError):
        return np.asarray(X)


def floats(X: Any) -> Array:
    """`X` as a contiguous float32 matrix."""
    return np.ascontiguousarray(features(X), dtype=np.float32)


def divisor_of(array: Array) -> float:
    """What the values are divided by when they are read: bytes are taken for pixels."""
    return 255.0 if array.dtype == np.uint8 else 1.0
