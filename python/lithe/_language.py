"""Language models: what comes next in a text."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from . import _core
from ._arrays import Array
from ._error import Error
from ._model import Model
from ._network import Network
from ._reading import in_python
from ._running import chosen, history_of, run, threads_for, weights_precision
from ._trainer import Trainer
from ._watchers import Progress, UserCallback, Watcher

__all__ = ["LanguageModel", "Stepper", "load"]

_Made = TypeVar("_Made")


class LanguageModel:
    """A network that says, at each token of a text, which one comes next, and goes on with a text.

    The file that `save` writes is that of `lithe train --text`: the commands take it, and `load`
    takes theirs.

    Parameters
    ----------
    network : str
        All its layers, or those up to the head that gives each token a number:
        "embedding(35, 24) -> gru(64, all)". The first must be `embedding` with as many categories
        as there are tokens; leave that number out, as in "embedding(24) -> gru(64, all)" or
        "embedding(24) -> position -> repeat(2, transformer(4, 96, causal))", and it is filled in.
        "auto": an LSTM of 256 units.
    tokens : {"chars", "bytes", "words"}
        Characters of Unicode; any bytes; words and other signs, of which the most frequent ones are
        known and all others are one unknown word.
    window : int
        Tokens of an example; with attention, the most that the network can look at.
    stride : int or None
        How far apart the windows begin. None: a window. Smaller ones overlap, and an epoch has more.
    stateful : bool
        Recurrent layers begin a window with what they ended the one before with: the text is
        divided into as many streams as a batch has rows.
    most_words : int
        Of the vocabulary of words.
    loss, optimizer : str
    batch, epochs : int
        Windows of a step, and passes over the text. "auto" chooses as `lithe train` does.
    validation : float
        A share of the windows, at the end of the text, by which the best epoch is kept.
    patience : int
        Epochs without a lower validation loss after which training ends; "auto": all are run.
    precision : {"float32", "float64", "bfloat16"}
    seed : int
        Of initial weights, order and dropout: the same gives the same bits, as by the command.
    n_jobs : int or None
        Threads; None: the number measured to be fastest.
    verbose : int
        1: the last epoch and the time that is left, in one line; 2: a line for each epoch.
    callback : callable or None
        Called after each epoch with the model and the `EpochReport`; true ends the training.

    Attributes
    ----------
    model_ : Model
    vocabulary_ : list of str
        The tokens, in the order of their numbers.
    history_ : dict
        The figures of each epoch.

    Examples
    --------
    >>> import lithe
    >>> lm = lithe.LanguageModel("embedding(8) -> gru(16, all)", window=8, batch=4, epochs=30,
    ...                          optimizer="adam(0.01)", n_jobs=1)
    >>> lm.fit("to be or not to be, " * 40).generate("to be or n", length=10, temperature=0)
    'ot to be, '
    """

    def __init__(
        self,
        network: str = "auto",
        *,
        tokens: str = "chars",
        window: int = 64,
        stride: int | None = None,
        stateful: bool = False,
        most_words: int = 10_000,
        loss: str = "cross_entropy",
        optimizer: str = "auto",
        batch: int | str = "auto",
        epochs: int | str = "auto",
        validation: float = 0.0,
        patience: int | str = "auto",
        precision: str = "float32",
        seed: int = 1,
        n_jobs: int | None = None,
        verbose: int = 0,
        callback: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        self.network = network
        self.tokens = tokens
        self.window = window
        self.stride = stride
        self.stateful = stateful
        self.most_words = most_words
        self.loss = loss
        self.optimizer = optimizer
        self.batch = batch
        self.epochs = epochs
        self.validation = validation
        self.patience = patience
        self.precision = precision
        self.seed = seed
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback = callback

    def fit(self, text: str | bytes | Path) -> LanguageModel:
        """Learns from a text, or from the file that a `pathlib.Path` names (also .gz and .zst).

        Raises `lithe.Error` for a text that is shorter than a window, or is one token again and
        again, and for a network that does not fit it.
        """
        options = {
            "tokens": self.tokens,
            "window": self.window,
            "stride": self.stride or 0,
            "most_words": self.most_words,
            "test_share": 0.0,
        }
        data = _with_file(text, lambda path: _core.TextData(path, options, ""))
        self.data_lines_: list[str] = [in_python(line) for line in data.lines]
        examples = data.train
        batch = 0 if self.batch == "auto" else int(self.batch)
        default = _core._default_training(examples, [data.window], batch)
        size = len(_core.Vocabulary(data.vocabulary))
        sentence = default["network"] if self.network == "auto" else _whole(self.network, size)
        self.model_ = Model(
            Network(sentence).with_input(data.window), weights_precision(self.precision), self.seed
        )
        _core._keep_text(self.model_, data)
        epochs = int(chosen(self.epochs, default["epochs"]))
        patience = epochs if self.validation > 0 else 0
        trainer = Trainer(
            self.model_, examples, None,
            loss=self.loss, optimizer=chosen(self.optimizer, default["optimizer"]),
            batch=min(batch or default["batch"], examples.rows), epochs=epochs, seed=self.seed,
            threads=threads_for(self.n_jobs), validation=self.validation,
            patience=int(chosen(self.patience, patience)), stateful=self.stateful,
            bfloat16=self.precision == "bfloat16",
        )  # fmt: skip
        watchers: list[Watcher] = [Progress(epochs, self.verbose)] if self.verbose else []
        if self.callback is not None:
            watchers.append(UserCallback(self.callback, self))
        run(trainer, watchers)
        trainer._keep_history(self.model_, examples, _core.Examples())
        self.history_ = history_of(trainer.history, own=False)
        return self

    def score(self, text: str | bytes | Path, *, stateful: bool | None = None) -> float:
        """How well the model foretells a text, in bits a token: the mean of -log2 of the probability
        that it gave to what came. Lower is better; 2 to its power is the perplexity.

        The text is taken in windows side by side. None for `stateful`: a model that was trained so
        goes on where the window before ended, in as many streams as its batch had; another one
        begins each without a past. True of another one: the text is a single stream. Raises `lithe.Error` for one that is not longer than a window, or has a character that the model does not know.
        """
        model = self._fitted()
        window = int(model.network.input_shape[0])
        options = {"tokens": self._vocabulary().unit, "window": window, "test_share": 1.0}
        data = _with_file(text, lambda path: _core.TextData(path, options, _core._vocabulary(model)))
        trained = int(model.metadata.get("lithe.streams", 0))
        streams = None if stateful is None else max(1, trained) if stateful else 0
        return float(_core._bits(model, data.test, streams))

    def generate(
        self,
        prompt: str | bytes,
        length: int = 200,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        seed: int = 1,
        callback: Callable[[Any], Any] | None = None,
    ) -> Any:
        """What the model has to say behind the prompt, of the prompt's type.

        The same arguments give the same text. A token costs one position, since keys and values of
        attention and the states of recurrent layers are remembered.

        Parameters
        ----------
        prompt : str or bytes
            At least one token. Of a model of words, white space between words is lost.
        length : int
            Tokens to generate.
        temperature : float
            What logits are divided by: 1 draws tokens as often as the model expects them, and 0
            takes the most probable one each time.
        top_k : int or None
            Draw among that many of the most probable tokens. None: all.
        seed : int
            Of the draws.
        callback : callable or None
            Called with each piece of text as it is made, such as `lambda piece: print(piece, end="")`;
            returning False ends the text.

        Raises
        ------
        lithe.Error
            For an empty prompt, a character that the model does not know, and a network that looks
            ahead, which cannot generate.
        """
        raw = isinstance(prompt, bytes)
        options = {
            "length": int(length),
            "temperature": float(temperature),
            "top_k": 0 if top_k is None else int(top_k),
            "seed": int(seed),
        }
        if options["length"] < 1 or int(top_k or 1) < 1:
            raise Error(f"length={length}, top_k={top_k}", "generate", "numbers from 1 on")

        def text_of(made: bytes) -> Any:
            return made if raw else made.decode(errors="replace")

        told = None if callback is None else lambda piece: callback(text_of(piece))
        given = prompt if isinstance(prompt, bytes) else prompt.encode()
        model = self._fitted()
        return text_of(_in_python(lambda: _core._generate(model, given, options, told)))

    def encode(self, text: str | bytes) -> Array:
        """The numbers of a text's tokens."""
        given = text if isinstance(text, bytes) else text.encode()
        return _in_python(lambda: self._vocabulary()._encode(given))

    def decode(self, tokens: Any) -> str:
        """The text of tokens that are given by number."""
        numbers = np.ascontiguousarray(tokens, dtype=np.int32)
        if numbers.size and not (0 <= numbers.min() and numbers.max() < len(self._vocabulary())):
            raise Error("a token that is not there", "tokens", f"from 0 to {len(self._vocabulary()) - 1}", "data")
        return self._vocabulary()._decode(numbers).decode(errors="replace")

    @property
    def vocabulary_(self) -> list[str]:
        vocabulary = self._vocabulary()
        return [vocabulary._token(number).decode(errors="replace") for number in range(len(vocabulary))]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model as `lithe train --text` does, with its vocabulary."""
        self._fitted().save(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> LanguageModel:
        """A model that `save` or `lithe train --text` wrote. Raises `lithe.Error` for another one."""
        return cls._of(Model.load(path), os.fspath(path))

    @classmethod
    def _of(cls, model: Model, where: str) -> LanguageModel:
        if not _core._vocabulary(model):
            raise Error("the model was not trained on text", where, "lithe.Model.load(path)", "model")
        unit = _core.Vocabulary(_core._vocabulary(model)).unit
        made = cls(str(model.network), tokens=unit, window=int(model.network.input_shape[0]))
        made.precision = model.precision
        made.model_ = model
        return made

    def _fitted(self) -> Model:
        if not hasattr(self, "model_"):
            raise Error("the model has not learned from a text", "LanguageModel", "fit(text), or LanguageModel.load(path)")
        return self.model_

    def _vocabulary(self) -> _core.Vocabulary:
        return _core.Vocabulary(_core._vocabulary(self._fitted()))

    def __repr__(self) -> str:
        return f"LanguageModel('{self.network}', tokens='{self.tokens}', window={self.window})"


def _whole(sentence: str, size: int) -> str:
    """With the number of tokens filled in where it is left out, and with the head."""
    front, arrow, rest = sentence.strip().partition("->")
    front = front.strip()
    words = front.removeprefix("embedding(").removesuffix(")").split(",")
    if front.startswith("embedding(") and len(words) == 1 and words[0].strip().isdigit():
        front = f"embedding({size}, {words[0].strip()})"
    layers = f"{front} {arrow} {rest.strip()}" if arrow else front
    shape = Network(layers).with_input(2).output_shape
    return layers if len(shape) == 2 and shape[1] == size else f"{layers} -> dense({size})"


def _with_file(text: str | bytes | Path, use: Callable[[Path], _Made]) -> _Made:
    """What is made of the file of a text, or of a text, which the library reads from a file too."""
    if isinstance(text, Path):
        return _in_python(lambda: use(text))
    if not isinstance(text, (str, bytes)):
        raise Error(f"a text of type {type(text).__name__}", "text", "str, bytes, or a pathlib.Path of a file")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "text")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return _in_python(lambda: use(path), str(path))


def _in_python(work: Callable[[], _Made], hidden: str = "") -> _Made:
    """The work, whose errors name keyword arguments. `hidden`: a file that the user does not know."""
    try:
        return work()
    except Error as error:
        words = [error.problem, error.where, error.remedy, str(error)]
        if hidden:
            words = [word.replace(hidden, "the text") for word in words]
        problem, where, remedy, message = (
            in_python(word).replace("text=bytes", 'tokens="bytes"').replace("text=", "the prompt") for word in words
        )
        raise Error(problem, where, remedy, error.kind, message) from None


class Stepper(_core.Stepper):
    """A network along a sequence, one position at a time, which remembers what it must know of the
    positions before: keys and values of attention, states of recurrent layers.

    Parameters
    ----------
    model : Model
        Changes of its values are seen. Its network must not look ahead.
    isa : str
        "auto", or an instruction set.

    Examples
    --------
    >>> import lithe, numpy
    >>> model = lithe.Model("input(5x2) -> gru(4, all) -> dense(3)")
    >>> stepper, X = lithe.Stepper(model), numpy.ones((5, 2))
    >>> steps = [stepper(x) for x in X]
    >>> numpy.allclose(steps, model.predict(X[None])[0], atol=1e-6)
    True
    """

    def __init__(self, model: Model, isa: str = "auto") -> None:
        super().__init__(model, isa)

    def __call__(self, values: Any) -> Array:
        """The outputs behind one more position, float32, whose values [channels] (or token) these are.

        Raises `lithe.Error` for another number of values, and where `most` positions are reached.
        """
        return self._step(np.ascontiguousarray(values, dtype=np.float32).reshape(-1))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("cannot pickle a Stepper: pickle its model, and make another one of it")


def load(path: str | os.PathLike[str]) -> Model | LanguageModel:
    """The model in a file that `save` or `lithe train` wrote: a `LanguageModel` where it was trained
    on text, else a `Model`.

    Raises `lithe.Error` if it is not a whole and consistent model, or cannot be read.
    """
    model = Model.load(path)
    return LanguageModel._of(model, os.fspath(path)) if _core._vocabulary(model) else model
