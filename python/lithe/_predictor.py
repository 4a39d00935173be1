"""Repeated prediction with little delay, and learning from a gradient of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _core
from ._arrays import Array, features, floats
from ._error import Error
from ._model import Model, sequences_for


class Predictor(_core.Predictor):
    """Answers batches with everything that can be decided in advance decided when it is made.

    Parameters
    ----------
    model : Model
        Changes of its values are seen.
    batch : int
        The most examples of a call.
    isa : str
        "auto", or an instruction set.

    Examples
    --------
    >>> import lithe
    >>> predictor = lithe.Predictor(lithe.Model("input(4) -> dense(3)"), batch=2)
    >>> predictor([[0.0, 0.0, 0.0, 0.0]])
    array([[0., 0., 0.]], dtype=float32)
    """

    def __init__(self, model: Model, batch: int = 1, isa: str = "auto") -> None:
        super().__init__(model, batch, isa)
        self._arguments = (model, batch, isa)

    def __reduce__(self) -> tuple[object, ...]:
        return Predictor, self._arguments

    def __call__(self, X: Any, lengths: Any = None) -> Array:
        """Outputs [rows][outputs] for examples [rows][inputs], as float32.

        X is given before preprocessing: the model's divisor is applied to it. Sequences of unequal
        length are a list, or padded ones with their `lengths`; none may be longer than the network
        says.
        """
        inputs = sequences_for(self._arguments[0], X, lengths)
        if inputs is None:
            return self._run(floats(X))
        return self._run(floats(inputs.matrix), inputs.lengths, inputs.shape[0])


class Learner(_core.Learner):
    """A network that learns from a gradient that the caller computes.

    For losses that Lithe does not have, for rewards, and for anything else that says how the
    outputs should change.

    Parameters
    ----------
    model : Model
        Its values change in place.
    optimizer : str
        A sentence, such as "adam(1e-3)".
    batch : int
        The most rows of a step.
    steps : int
        That the schedule of the learning rate covers; 0: the rate is constant.
    seed : int
        Of dropout and noise.
    threads : int
        0: all processors.
    frozen : sequence of int
        Layers, by number from 1, that stay as they are.
    input_gradient : bool
        Whether `input_gradient` will be asked for.

    Examples
    --------
    >>> import lithe, numpy
    >>> X = numpy.eye(4, dtype="float32")
    >>> learner = lithe.Learner(lithe.Model("input(4) -> dense(1)"), optimizer="sgd(0.5)", batch=4)
    >>> for _ in range(200):
    ...     z = learner.forward(X)
    ...     learner.backward((z - 1) / 4)  # the gradient of half the mean squared distance to 1
    >>> bool(abs(learner.forward(X) - 1).max() < 1e-3)
    True
    """

    def __init__(
        self,
        model: Model,
        *,
        optimizer: str = "adam(0.001)",
        batch: int = 32,
        steps: int = 0,
        seed: int = 1,
        threads: int = 1,
        isa: str = "auto",
        frozen: Sequence[int] = (),
        input_gradient: bool = False,
    ) -> None:
        super().__init__(
            model, optimizer, batch, steps, seed, threads, isa, list(frozen), input_gradient
        )
        self._rows = 0
        self._model = model
        self._options: dict[str, Any] = dict(
            optimizer=optimizer, batch=batch, steps=steps, seed=seed, threads=threads, isa=isa,
            frozen=list(frozen), input_gradient=input_gradient,
        )  # fmt: skip

    def __reduce__(self) -> tuple[object, ...]:
        return _learner_from, (self._model, self._options, self.state())

    def forward(self, X: Any, rows: Any = None, lengths: Any = None) -> Array:
        """Outputs [rows][outputs] while training (dropout drops), of the rows that are named.

        X must be float32 to be read where it is; other numbers are converted at each call. Sequences
        of unequal length are as in `Predictor`.
        """
        sequences = sequences_for(self._model, X, lengths)
        inputs = features(X) if sequences is None else sequences.matrix
        if inputs.dtype != np.float32:
            inputs = inputs.astype(np.float32)
        wanted = np.arange(len(inputs)) if rows is None else np.asarray(rows)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= len(inputs)):
            raise Error("a row that is not there", "rows", f"from 0 to {len(inputs) - 1}", "data")
        of_sequences = () if sequences is None else (sequences.lengths, sequences.shape[0])
        outputs: Array = self._forward(inputs, np.ascontiguousarray(wanted, dtype=np.uint32), *of_sequences)
        self._rows = len(outputs)
        return outputs

    def backward(self, gradient: Any) -> None:
        """Takes the gradient of a loss by the outputs of the last `forward`; the weights change."""
        self._backward(np.ascontiguousarray(gradient, dtype=np.float32).reshape(self._rows, -1))

    def input_gradient(self) -> Array:
        """The gradient of the same loss by the inputs of that step, [rows][inputs]."""
        return self._input_gradient(self._rows)


def _learner_from(model: Model, options: dict[str, Any], state: dict[str, Array]) -> Learner:
    learner = Learner(model, **options)
    learner.restore(state)
    return learner
