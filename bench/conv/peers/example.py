"""The convolution alone: its numbers, which are functions of their place (bench/conv/example.h)."""

import numpy as np

from workloads import CHANNELS, SIDE, WINDOW


def images(batch):
    """[image][row][column][channel]"""
    return _patterned((batch, SIDE, SIDE, CHANNELS), (7, 5, 3, 11), 17)


def weights():
    """[row][column][from channel][to channel]"""
    return _patterned((WINDOW, WINDOW, CHANNELS, CHANNELS), (3, 5, 7, 13), 19)


def gradient(batch):
    return _patterned((batch, SIDE, SIDE, CHANNELS), (5, 3, 7, 11), 23)


def fingerprint(result):
    """What tells whether a result is the same: its squares, each weighted by its place."""
    places = 1 + _numbers(result.shape, (1, 3, 5, 7)) % 13
    return float((np.square(result, dtype=np.float64) * places).sum())


def _numbers(shape, steps):
    return sum(step * place for step, place in zip(steps, np.indices(shape, sparse=True)))


def _patterned(shape, steps, modulus):
    half = np.float32(modulus // 2)
    return (_numbers(shape, steps).astype(np.float32) % modulus - half) / half
