"""Folders of pictures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import _core
from ._reading import Data, PathLike, call

__all__ = ["Images", "read_images"]


class Images(Data):
    """What `read_images` gives. Printing it says how the folder was understood.

    `Classifier().fit(images)` learns from it, and `predict` takes it.

    Attributes
    ----------
    X : uint8 array [pictures][height * width * channels]
    y : array of str [pictures]
        The folder of each picture.
    X_test, y_test : the same of the pictures held out, or None
    image : tuple of int
        The shape of a picture: (height, width) or (height, width, 3).
    class_names : list of str
    files, files_test : list of str
        The file of each picture, below the folder.
    skipped : list of str
        With `skip_broken`: the files that could not be read, and why.
    """

    def __init__(self, read: dict[str, Any], resize: str) -> None:
        super().__init__(read)
        self._resize = resize
        self.image: tuple[int, ...] = tuple(read["shape"])
        self.files: list[str] = read["files"]
        self.files_test: list[str] = read["test_files"]
        self.skipped: list[str] = read["skipped"]


def read_images(
    folder: PathLike,
    *,
    size: int | tuple[int, int] | None = None,
    resize: str = "crop",
    channels: int | None = None,
    test_share: float = 0.0,
    seed: int = 1,
    val_folder: str = "train",
    skip_broken: bool = False,
    max_pixels: int = 1 << 26,
    data_dir: PathLike = "",
) -> Images:
    """Reads a folder of pictures (PNG, JPEG, WebP, GIF, BMP) with one folder for each class.

    Decoded pictures are kept in the data folder, and read from there the next time.

    Parameters
    ----------
    folder : path
        pets/cat/1.jpg, ...; where it has a folder for tests (pets/test/cat/...), these are `X_test`.
    size : int or (height, width)
        To which pictures are brought. None: their own; 64 or less where it differs or is large.
    resize : {"crop", "pad", "stretch", "ink"}
        How: "ink" centres writing on a dark ground as in MNIST.
    channels : {1, 3}
        None: 3 where a picture has colours.
    test_share : float
        A share of each class that is held out, where there is no folder for tests.
    seed : int
        Of the pictures held out.
    val_folder : {"train", "test", "none"}
        To which part a folder for validation belongs, where there is one for tests too.
    skip_broken : bool
        Leaves out pictures that cannot be read, instead of raising an error.
    max_pixels : int
        Larger pictures are refused.
    data_dir : path
        The data folder. "": $LITHE_DATA, or else lithe in the user's cache.

    Raises
    ------
    lithe.Error
        Where the folder has no classes, or a picture cannot be read.
    """
    height, width = (size, size) if isinstance(size, int) else size or (0, 0)
    options = {
        "height": height,
        "width": width,
        "channels": channels or 0,
        "resize": resize,
        "test_share": float(test_share),
        "seed": seed,
        "val_folder": val_folder,
        "skip_broken": bool(skip_broken),
        "max_pixels": max_pixels,
        "data_dir": os.fspath(data_dir),
    }
    return Images(call(_core._read_images, Path(folder), options), resize)
