"""Writes a table of measurements as CSV."""

import numpy as np

rng = np.random.default_rng(24)
x = rng.standard_normal((300_000, 21))
x[:, -1] = x[:, :3].sum(axis=1)
names = ",".join([f"sensor{i}" for i in range(20)] + ["target"])
np.savetxt("measurements.csv", x, fmt="%.6f", delimiter=",", header=names, comments="")
