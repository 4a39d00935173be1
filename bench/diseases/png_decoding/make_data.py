"""Writes a folder of PNG images, ten classes."""

import pathlib

import numpy as np
from PIL import Image

rng = np.random.default_rng(1)
folder = pathlib.Path("images")
folder.mkdir(exist_ok=True)
base = rng.integers(0, 255, (10, 8, 8, 3), dtype=np.uint8)
for index in range(400):
    image = np.kron(base[index % 10], np.ones((16, 16, 1), np.uint8))
    noise = rng.integers(0, 30, image.shape, dtype=np.uint8)
    Image.fromarray(image // 2 + noise).save(folder / f"{index % 10}_{index:04}.png")
