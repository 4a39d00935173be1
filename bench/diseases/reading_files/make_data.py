"""Writes a folder of small feature files, and the same in one array."""

import pathlib

import numpy as np

rng = np.random.default_rng(17)
folder = pathlib.Path("features")
folder.mkdir(exist_ok=True)
features = rng.standard_normal((10_000, 256), dtype=np.float32)
for index, row in enumerate(features):
    np.save(folder / f"{index:05}.npy", row)
np.save("features.npy", features)
