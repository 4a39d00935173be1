"""Models: a network with its learned values."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import _core
from ._arrays import Array, divisor_of, features
from ._error import Error
from ._frame import is_frame, write_csv
from ._learned import LearnedArray
from ._network import Network
from ._reading import call, is_path
from ._sequences import Given, Inputs, by_position, inputs_of, is_list_of_sequences


class Model(_core.Model):
    """A network with its learned values, and what is needed to use it.

    Parameters
    ----------
    network : Network or str
        It must begin with `input`; see `Network.with_input`.
    precision : {"float32", "float64"}
        Of the values and of all that is computed.
    seed : int
        The initial values are drawn from it, as the network's initializers say.

    Raises
    ------
    lithe.Error
        Where the sentence does not parse, or the network has no input.

    Examples
    --------
    >>> import lithe
    >>> model = lithe.Model("input(4) -> dense(3)", seed=7)
    >>> model["layers.0.weight"].shape
    (4, 3)
    >>> model.predict([[0.0, 0.0, 0.0, 0.0]])
    array([[0., 0., 0.]])
    """

    def __init__(self, network: Network | str, precision: str = "float32", seed: int = 1) -> None:
        sentence = Network(network) if isinstance(network, str) else network
        super().__init__(sentence, precision, seed)

    @property
    def network(self) -> Network:
        """The network, with its input."""
        return Network(self._network())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """The model in a safetensors file that `save` or `lithe train` wrote.

        Raises `lithe.Error` if it is not a whole and consistent model, or cannot be read.
        """
        model = cls.__new__(cls)
        _core.Model.__init__(model, Path(path))
        return model

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a safetensors file, which every command of `lithe` takes.

        An older file of this name is replaced when the new one is safely on disk.
        """
        self._save(Path(path))

    def __getitem__(self, name: str) -> LearnedArray:
        """A view of a learned array: `model["layers.0.weight"]` is [inputs, units].

        It shows what the model learns, and changes it: `model["layers.0.bias"][:] = 0`.
        """
        if name not in self:
            raise KeyError(name)
        return LearnedArray(self, name)

    def __setitem__(self, name: str, values: Any) -> None:
        """Sets a learned array: the shape of `values` is the array's."""
        view = self[name]
        if np.shape(values) != view.shape:
            raise ValueError(f"'{name}' has the shape {view.shape}, not {np.shape(values)}")
        view[...] = values

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def predict(self, X: Any, lengths: Any = None) -> Any:
        """The network's outputs for examples [rows][inputs]: an array [rows][outputs] of float64.

        After the loss `cross_entropy` the outputs are logits; `predict_proba` gives probabilities.
        Bytes (uint8) are taken for pixels and divided by 255. A model of a table takes a data frame
        with its columns, or the path of a file; a row that was left out for a missing value is NaN.
        One of windows (`lithe train --window`) answers for each window, in the order of the rows.

        A network that ends with a sequence has outputs at each position, [rows][positions][outputs].
        One for sequences of unequal length takes a list of arrays [length][channels], or padded ones
        with their `lengths`, longer ones than it was trained on too; behind the end of a sequence
        the outputs are NaN, and of a list they are a list.

        >>> import lithe, numpy
        >>> network = lithe.Network("gru(4, all) -> dense(3)").with_input((8, 2), lengths=True)
        >>> [one.shape for one in lithe.Model(network).predict([numpy.ones((5, 2)), numpy.ones((9, 2))])]
        [(5, 3), (9, 3)]
        """
        return self._answered(X, lengths, _core.Model._predict)

    def predict_proba(self, X: Any, lengths: Any = None) -> Any:
        """The probability of each class, [rows][classes], as the loss of its training says; at each
        position where the network ends with a sequence. X and `lengths` are as in `predict`."""
        return self._answered(X, lengths, _core._probabilities)

    def _answered(self, X: Any, lengths: Any, answer: Callable[..., Array]) -> Any:
        network = self.network
        left_out: list[int] = []
        if isinstance(X, Given):
            inputs = X._inputs()
        elif is_path(X) or (is_frame(X) and self._schema()):
            matrix, counts, left_out = self._from_table(X, _core._table_features)
            shape = tuple(network.input_shape)
            inputs = Inputs(matrix, shape if counts is None else matrix.shape[1:], counts)
        else:
            unequal = network.has_lengths
            shape = tuple(network.input_shape)
            inputs = inputs_of(X, lengths, flat=unequal and len(shape) == 1, unequal=unequal)
            if unequal and inputs.shape[1:] != shape[1:]:
                raise Error(
                    f"sequences of {inputs.shape[1:] or 'no'} channels, and the network takes {shape[1:] or 'categories'}",
                    "X",
                    "[length][channels] for each",
                    "data",
                )
        outputs = outputs_of(self, inputs, divisor_of(inputs.matrix), answer)
        if left_out:
            outputs = np.insert(outputs, np.array(left_out) - np.arange(len(left_out)), np.nan, axis=0)
        return by_position(outputs, inputs) if outputs.ndim == 3 else outputs

    def forecast(self, X: Any, steps: int) -> Any:
        """The next `steps` rows of a table whose rows follow one another in time, [steps][targets],
        by a model of its windows; of several series (`--group`) a dict of them by name.

        `X` is a data frame with the columns of the training, or the path of a file. What is forecast
        becomes part of the next window, so errors add up on the way. Raises `lithe.Error` for a
        model that looks at columns beside its targets, which nobody knows of rows to come, and for
        one that is not of windows. `target_names` says what the columns are.
        """
        if steps < 1:
            raise Error(f"{steps} rows to forecast", "steps", "1 or more")
        series = self._from_table(X, lambda model, path, sign: _core._forecast(model, path, sign, int(steps)))
        if len(series) == 1 and not series[0]["series"]:
            return series[0]["values"]
        return {one["series"]: one["values"] for one in series}

    @property
    def target_names(self) -> list[str]:
        """Of a model of a table: what its outputs, or the columns of its target, are called."""
        return list(_core._target_names(self))

    def _from_table(self, X: Any, use: Callable[[Model, Path, str], Any]) -> Any:
        """What is made of a table by the model's own rules."""
        if is_path(X):
            return call(lambda path, delimiter: use(self, path, delimiter), Path(X), "")
        if not is_frame(X):
            raise Error(f"rows of type {type(X).__name__}", "X", "a data frame, or the path of a file", "data")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "frame.csv")
            write_csv(X, path)
            return call(lambda table, delimiter: use(self, table, delimiter), path, ",", "the data frame")

    def unknown_score(self, X: Any, lengths: Any = None) -> Array:
        """The higher, the less an example resembles the classes; see `lithe.calibrate_unknown`."""
        return np.asarray(self._answered(X, lengths, unknown_figures)[:, 0])

    def is_unknown(self, X: Any, lengths: Any = None) -> Array:
        """Whether the score is above the threshold that `lithe.calibrate_unknown` chose."""
        return np.asarray(self._answered(X, lengths, unknown_figures)[:, 1].astype(bool))

    def layers(self) -> list[dict[str, Any]]:
        """What each layer is: "number" from 1, "label", "output" (its shape), "parameters", "operations"
        of the forward pass of one example, and "arrays", the names of its learned ones.

        >>> import lithe
        >>> [layer["arrays"] for layer in lithe.Model("input(4) -> dense(3)").layers()]
        [['layers.0.weight', 'layers.0.bias']]
        """
        return list(_core._describe_layers(self))

    def __repr__(self) -> str:
        return f"Model('{self.network}', precision='{self.precision}')"

    def __reduce__(self) -> tuple[object, ...]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.safetensors")
            self.save(path)
            return _model_of, (path.read_bytes(),)


def unknown_figures(model: Model, X: Array, divisor: float, lengths: Array | None) -> Array:
    """Of each example its score, and 1 where that is above the threshold."""
    return np.stack(_core._unknown(model, X, divisor, lengths), axis=1)


def sequences_for(model: Model, X: Any, lengths: Any) -> Inputs | None:
    """Sequences of unequal length as the model's network is padded; None where X is something else."""
    if lengths is None and not is_list_of_sequences(X):
        return None
    shape = model.network.input_shape
    return inputs_of(X, lengths, flat=len(shape) == 1).padded_to(int(shape[0]))


def outputs_of(model: Model, inputs: Inputs, divisor: float, answer: Callable[..., Array]) -> Array:
    """`answer(model, matrix, divisor, lengths)` for all rows: [rows][outputs], or where the network
    ends with a sequence [rows][positions][outputs]."""
    network = model.network
    positions = inputs.shape[0]
    if inputs.lengths is not None and network.has_lengths:
        most = network.input_shape[0]
        if int(inputs.lengths.max(initial=0)) > most:
            # A copy, because predictors that were made of the model rely on its positions.
            model, most = copy.copy(model), int(inputs.lengths.max())
            model._set_positions(most)
        inputs = inputs.padded_to(most)
    if inputs.starts is None:
        outputs = answer(model, inputs.matrix, divisor, inputs.lengths)
    else:
        parts = [answer(model, part.whole(), divisor, None) for part in inputs.parts(_TOGETHER)]
        outputs = np.concatenate(parts) if parts else np.zeros((0, network.output_shape[-1]))
    if len(network.output_shape) != 2:
        return outputs
    outputs = outputs.reshape(inputs.rows, network.output_shape[0] if inputs.lengths is None else most, -1)
    if inputs.lengths is None:
        return outputs
    if outputs.shape[1] < positions:
        rest = np.zeros((len(outputs), positions - outputs.shape[1], outputs.shape[2]))
        outputs = np.concatenate([outputs, rest], axis=1)
    return outputs[:, :positions]


_TOGETHER = 4096  # windows that are copied for a call


def _model_of(content: bytes) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        path.write_bytes(content)
        return Model.load(path)
