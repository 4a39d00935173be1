"""What the modules of lithe are made of: the C++ library."""

from collections.abc import Sequence
import enum
import os
from typing import Annotated, overload

import numpy
from numpy.typing import NDArray


class Network:
    def __init__(self, sentence: str) -> None: ...

    def _with_input(self, shape: Sequence[int], lengths: bool) -> Network: ...

    @property
    def has_input(self) -> bool:
        """Whether it begins with `input(shape)`."""

    @property
    def has_lengths(self) -> bool:
        """
        Whether it takes sequences of unequal length: input(48x7, lengths=true).
        """

    @property
    def parameter_count(self) -> int:
        """The number of learned values. The network must have an input."""

    @property
    def forward_operations(self) -> float:
        """
        Operations of a forward pass of one example; a multiply-add counts as two.
        """

    @property
    def input_shape(self) -> list[int]:
        """The shape of one example, a list of whole numbers."""

    @property
    def output_shape(self) -> list[int]:
        """The shape of the outputs of one example."""

    def __str__(self) -> str: ...

    def __repr__(self) -> str: ...

def _with_table_input(network: Network, columns: Sequence[Sequence[int]], standardize: bool) -> Network: ...

def _list_catalogue() -> dict: ...

class Examples:
    @overload
    def __init__(self) -> None: ...

    @overload
    def __init__(self, features: Annotated[NDArray, dict(shape=(None, None), device='cpu', writable=False)], divisor: float, labels: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, classes: int, targets: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, weights: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, positions: int = 1, lengths: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None, most: int = 0, starts: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None, window: int = 0, overlap: int = 0) -> None: ...

    @property
    def rows(self) -> int: ...

    @property
    def columns(self) -> int: ...

    @property
    def classes(self) -> int: ...

    @property
    def target_columns(self) -> int: ...

    @property
    def positions(self) -> int: ...

class Model:
    @overload
    def __init__(self, network: Network, precision: str, seed: int) -> None: ...

    @overload
    def __init__(self, path: str | os.PathLike) -> None: ...

    def _save(self, path: str | os.PathLike) -> None: ...

    def _network(self) -> str: ...

    @property
    def precision(self) -> str:
        """'float32' or 'float64'."""

    @property
    def divisor(self) -> float:
        """What inputs are divided by: 255 for pixels, else 1."""

    @property
    def class_names(self) -> list[str]:
        """The names of the classes; empty where they are numbers."""

    def _schema(self) -> str: ...

    def _set_preprocessing(self, arg0: float, arg1: Sequence[str], /) -> None: ...

    def _set_form(self, schema: str, image: Sequence[int], resize: str) -> None: ...

    @property
    def metadata(self) -> dict[str, str]:
        """A copy of the texts that are kept with the model."""

    def _set_metadata(self, arg0: str, arg1: str, /) -> None: ...

    def names(self) -> list[str]:
        """The names of the learned arrays, such as 'layers.0.weight'."""

    def _values(self, name: str) -> NDArray: ...

    def _set_values(self, name: str, values: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    def _target_scaling(self) -> tuple[list[float], list[float]]: ...

    def _shift_targets(self, arg: Sequence[float], /) -> None: ...

    def _standardize(self, arg: Examples, /) -> None: ...

    def _set_positions(self, most: int) -> None: ...

    def _predict(self, features: Annotated[NDArray, dict(shape=(None, None), device='cpu', writable=False)], divisor: float, lengths: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> NDArray[numpy.float64]: ...

def _evaluate(model: Model, examples: Examples, loss: str, streams: int | None) -> dict: ...

def _default_training(examples: Examples, shape: Sequence[int], batch: int) -> dict: ...

def _draw_history(arg: Model, /) -> str: ...

class EpochReport:
    """The figures of one epoch."""

    @property
    def epoch(self) -> int:
        """Counted from 1."""

    @property
    def examples(self) -> int:
        """Trained on."""

    @property
    def loss(self) -> float:
        """Mean over the examples while the weights changed."""

    @property
    def seconds(self) -> float:
        """Of training, shuffling included."""

    @property
    def correct(self) -> int:
        """Of the test examples; 0 without any."""

    @property
    def total(self) -> int:
        """Test examples with classes."""

    @property
    def accuracy(self) -> float:
        """Of the test examples, from 0 to 1; not a number without any."""

    @property
    def test_loss(self) -> float: ...

    @property
    def test_rmse(self) -> float:
        """Of targets that are numbers."""

    @property
    def validation_loss(self) -> float: ...

    @property
    def validation_accuracy(self) -> float:
        """From 0 to 1; not a number without validation."""

    @property
    def evaluation_seconds(self) -> float: ...

    @property
    def learning_rate(self) -> float:
        """Of the last step."""

    @property
    def recoveries(self) -> int:
        """Times that the epoch was begun again."""

    @property
    def best(self) -> bool:
        """The lowest validation loss up to now."""

    @property
    def stopped(self) -> bool:
        """The callback ended the epoch early."""

    @property
    def epochs(self) -> int:
        """That were asked for."""

    @property
    def seconds_left(self) -> float:
        """Estimated."""

    def __getstate__(self) -> tuple: ...

    def __setstate__(self, arg: tuple, /) -> None: ...

class TrainingResult:
    """How a training ended."""

    @property
    def epochs(self) -> int:
        """That were run."""

    @property
    def stopped_early(self) -> bool:
        """Patience was at its end."""

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights are kept."""

    @property
    def kept_validation_loss(self) -> float: ...

    @property
    def state_error(self) -> str:
        """Why the last state could not be written; empty where it could."""

    def __getstate__(self) -> tuple: ...

    def __setstate__(self, arg: tuple, /) -> None: ...

class Trainer:
    def __init__(self, model: Model, train: Examples, test: Examples, options: dict) -> None: ...

    def _run_epoch(self, callback: object | None) -> EpochReport: ...

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or patience is at its end."""

    def finish(self) -> TrainingResult:
        """
        Puts the weights that are to be kept into the model: averaged ones, or the best ones.
        """

    @property
    def history(self) -> list[EpochReport]:
        """The reports of all epochs that are done."""

    def _save_state(self, arg: str | os.PathLike, /) -> None: ...

    def _load_state(self, arg: str | os.PathLike, /) -> None: ...

    def _save_model(self, arg: str | os.PathLike, /) -> None: ...

    def optimizer_state(self) -> dict:
        """
        What the optimizer keeps beside the weights, by name, for `restore_optimizer` of a
        training that goes on with other examples.
        """

    def restore_optimizer(self, state: dict) -> None:
        """
        Goes on where `optimizer_state` was taken: before the first epoch. `epochs` counts
        those of both. Raises `lithe.Error` where it is not that of such a trainer.
        """

    def _keep_history(self, arg0: Model, arg1: Examples, arg2: Examples, /) -> None: ...

    def order(self, epoch: int) -> NDArray[numpy.uint32]:
        """
        The rows of `train` in the order that epoch `epoch`, from 1, takes them.
        """

    @property
    def threads(self) -> int:
        """The number of threads that compute."""

def _train_ensemble(prototype: Model, train: Examples, test: Examples, options: dict, count: int) -> list[list[EpochReport]]: ...

class LearningRateTest:
    """How the loss fell as the learning rate grew."""

    def __getstate__(self) -> tuple: ...

    def __setstate__(self, arg: tuple, /) -> None: ...

    @property
    def learning_rates(self) -> list[float]:
        """Of each step."""

    @property
    def losses(self) -> list[float]:
        """Of each step, smoothed."""

    @property
    def best(self) -> float:
        """A learning rate to begin with."""

    def _repr_html_(self) -> str:
        """A drawing (SVG)."""

def _find_learning_rate(model: Model, train: Examples, options: dict, lowest: float, highest: float, steps: int) -> LearningRateTest: ...

def _with_constant_rate(optimizer: str) -> str: ...

class Predictor:
    def __init__(self, model: Model, batch: int, isa: str) -> None: ...

    def _run(self, inputs: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], lengths: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None, most: int = 0) -> NDArray[numpy.float32]: ...

class Learner:
    def __init__(self, model: Model, optimizer: str, batch: int, steps: int, seed: int, threads: int, isa: str, frozen: Sequence[int], input_gradient: bool) -> None: ...

    def _forward(self, inputs: Annotated[NDArray, dict(shape=(None, None), device='cpu', writable=False)], rows: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu', writable=False)], lengths: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None, most: int = 0) -> NDArray[numpy.float32]: ...

    def _backward(self, gradient: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> None: ...

    def _input_gradient(self, arg: int, /) -> NDArray[numpy.float32]: ...

    @property
    def steps(self) -> int:
        """Steps done."""

    def state(self) -> dict:
        """What the optimizer keeps beside the weights, by name, for `restore`."""

    def restore(self, state: dict) -> None:
        """
        Goes on where `state` was taken, to the same bits. Raises `lithe.Error` where it is
        not that of such a learner.
        """

def _profile(trainer: Trainer, isa: str) -> dict: ...

def _watched(trainer: Trainer) -> dict: ...

def _report_evaluation(model: Model, examples: Examples, options: dict) -> tuple[str, str]: ...

def _probabilities(model: Model, features: Annotated[NDArray, dict(shape=(None, None), device='cpu', writable=False)], divisor: float, lengths: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> NDArray[numpy.float64]: ...

def _calibrate(model: Model, examples: Examples, share: float, seed: int, score: str, acceptance_rate: float) -> None: ...

def _calibrate_unknown(model: Model, train: Examples, validation: Examples, score: str, acceptance_rate: float) -> dict: ...

def _check_score(score: str) -> None: ...

def _unknown(model: Model, features: Annotated[NDArray, dict(shape=(None, None), device='cpu', writable=False)], divisor: float, lengths: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> tuple[NDArray[numpy.float64], NDArray[numpy.uint8]]: ...

def _replace_head(network: Network, head: str) -> tuple: ...

def _copy_layers(source: Model, to: Model, layers: int) -> list[int]: ...

def _ensemble(result: Model, members: Sequence[Model]) -> None: ...

def _move_toward(model: Model, other: Model, share: float) -> None: ...

def _describe_layers(arg: Model, /) -> list: ...

class TableTask(enum.Enum):
    auto = 0

    classification = 1

    regression = 2

    multi_label = 3

class MissingPolicy(enum.Enum):
    error = 0

    mean = 1

    median = 2

    zero = 3

    drop = 4

class CsvHeader(enum.Enum):
    auto = 0

    yes = 1

    no = 2

class DateOrder(enum.Enum):
    auto = 0

    day_first = 1

    month_first = 2

class UnknownCategory(enum.Enum):
    usual = 1

    zeros = 2

    error = 0

class ImageLayout(enum.Enum):
    auto = 0

    channels_first = 2

    channels_last = 1

def _read_table(path: str | os.PathLike, options: dict) -> dict: ...

def _load_dataset(name: str, data_dir: str) -> dict: ...

def _dataset_names() -> list[str]: ...

def _missing_files(name: str, data_dir: str, mirrors: Sequence[str]) -> list: ...

def _fetch_dataset(name: str, data_dir: str, mirrors: Sequence[str]) -> None: ...

def _read_images(folder: str | os.PathLike, options: dict) -> dict: ...

class Vocabulary:
    def __init__(self, json: str) -> None: ...

    def to_json(self) -> str: ...

    @property
    def unit(self) -> str: ...

    def __len__(self) -> int: ...

    def _token(self, arg: int, /) -> bytes: ...

    def _encode(self, arg: bytes, /) -> NDArray[numpy.int32]: ...

    def _decode(self, arg: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], /) -> bytes: ...

class TextData:
    def __init__(self, file: str | os.PathLike, options: dict, vocabulary: str) -> None: ...

    @property
    def train(self) -> Examples: ...

    @property
    def test(self) -> Examples: ...

    @property
    def vocabulary(self) -> str: ...

    @property
    def window(self) -> int: ...

    @property
    def tokens(self) -> int: ...

    @property
    def unknown(self) -> int: ...

    @property
    def lines(self) -> list[str]: ...

    @property
    def first_window(self) -> list[str]: ...

def _keep_text(model: Model, text: TextData) -> None: ...

def _vocabulary(arg: Model, /) -> str: ...

def _generate(model: Model, prompt: bytes, options: dict, callback: object | None) -> bytes: ...

def _bits(model: Model, examples: Examples, streams: int | None) -> float: ...

class Stepper:
    def __init__(self, model: Model, isa: str) -> None: ...

    def _step(self, values: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> NDArray[numpy.float32]: ...

    def reset(self) -> None:
        """Forgets all positions."""

    @property
    def positions(self) -> int:
        """That there were since the last `reset`."""

    @property
    def most(self) -> int:
        """Positions that there may be; 0: any number, of recurrent layers alone."""

def _table_features(model: Model, file: str | os.PathLike, delimiter: str) -> tuple: ...

def _forecast(model: Model, file: str | os.PathLike, delimiter: str, steps: int) -> list: ...

def _target_names(model: Model) -> list[str]: ...

def _row_columns(schema: str, behind: int) -> list[list[int]]: ...

def _embedding_size(categories: int) -> int: ...

class Spaces:
    def __init__(self, shape: Sequence[int], low: Sequence[float], high: Sequence[float], choices: int, action_low: Sequence[float], action_high: Sequence[float]) -> None: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an observation; an image is (height, width, channels)."""

    @property
    def low(self) -> NDArray[numpy.float32]:
        """The lowest value of each observed value; -inf where there is no bound."""

    @property
    def high(self) -> NDArray[numpy.float32]:
        """The highest value of each observed value; inf where there is no bound."""

    @property
    def choices(self) -> int:
        """Discrete actions are 0 to choices - 1; 0: actions are continuous."""

    @property
    def action_low(self) -> NDArray[numpy.float32]:
        """The lower bound of each component of a continuous action."""

    @property
    def action_high(self) -> NDArray[numpy.float32]:
        """The upper bound of each component of a continuous action."""

    @property
    def step_limit(self) -> int:
        """Steps after which an episode is truncated; 0: no limit."""

    @property
    def solved(self) -> float | None:
        """The mean return at which the task counts as solved."""

    @property
    def step_seconds(self) -> float:
        """Simulated time of a step; 0: none."""

    def __getstate__(self) -> tuple[list[int], list[float], list[float], int, list[float], list[float], int, float | None, float]: ...

    def __setstate__(self, arg: tuple[Sequence[int], Sequence[float], Sequence[float], int, Sequence[float], Sequence[float], int, float | None, float], /) -> None: ...

def _list_environments() -> dict: ...

class Environments:
    @overload
    def __init__(self, sentence: str, n: int, seed: int, action_repeat: int) -> None: ...

    @overload
    def __init__(self, *, command: str, time_limit: float, n: int, seed: int, action_repeat: int) -> None: ...

    @overload
    def __init__(self, *, adapter: object, n: int, seed: int, action_repeat: int) -> None: ...

    def _take_over(self) -> Environments: ...

    @property
    def _taken(self) -> bool: ...

    @property
    def _was_reset(self) -> bool: ...

    @property
    def name(self) -> str:
        """
        The sentence with all of its arguments, or where the environments come from.
        """

    @property
    def spaces(self) -> Spaces:
        """The observation and action spaces."""

    def __len__(self) -> int: ...

    @property
    def action_repeat(self) -> int: ...

    def _reset(self, observations: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')]) -> None: ...

    def _observe(self, arg: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')], /) -> None: ...

    def _step(self, choices: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, values: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)] | None, observations: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')], rewards: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')], terminated: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order='C', device='cpu')], truncated: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order='C', device='cpu')], final_observations: Annotated[NDArray[numpy.float32], dict(order='C', device='cpu')]) -> None: ...

    def current_episode(self, i: int) -> tuple[float, int]:
        """
        The return and the length, up to now, of the episode of environment `i`.
        """

    def last_episode(self, i: int) -> tuple[float, int]:
        """The return and the length of the last episode that ended."""

    def completed_episodes(self, i: int) -> int:
        """The number of episodes of environment `i` that have ended."""

    def _save(self) -> NDArray[numpy.float64]: ...

    def _restore(self, arg: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], /) -> None: ...

    def _state(self, arg: int, /) -> NDArray[numpy.float64]: ...

    def _set_state(self, arg0: int, arg1: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], /) -> None: ...

    def _draw(self, arg: int, /) -> object: ...

class AgentReport:
    """The figures of one iteration of an agent's training."""

    def __getstate__(self) -> tuple: ...

    def __setstate__(self, arg: tuple, /) -> None: ...

    @property
    def steps(self) -> int:
        """Of all environments, since the beginning."""

    @property
    def episodes(self) -> int:
        """That have ended, since the beginning."""

    @property
    def mean_return(self) -> float:
        """Of the last 100 episodes, with exploration."""

    @property
    def mean_length(self) -> float:
        """Of the last 100 episodes."""

    @property
    def seconds(self) -> float:
        """Of this iteration."""

    @property
    def iteration_steps(self) -> int:
        """Of this iteration."""

    @property
    def metrics(self) -> dict[str, float]:
        """What the agent measures of itself, such as 'entropy' (docs/agents.md)."""

    def __repr__(self) -> str: ...

class AgentTraining:
    def __init__(self) -> None: ...

    def begin(self, environments: Environments, options: dict) -> None: ...

    @property
    def has_begun(self) -> bool: ...

    @property
    def planned(self) -> int: ...

    @property
    def steps(self) -> int: ...

    @property
    def finished(self) -> bool: ...

    def iterate(self) -> AgentReport: ...

    def policy(self, arg: object, /) -> object: ...

    def save_policy(self, arg: str | os.PathLike, /) -> None: ...

    def save(self, path: str | os.PathLike) -> None: ...

    def restore(self, arg: str | os.PathLike, /) -> None: ...

def _canonical_agent(agent: str) -> str: ...

def _agent_state(arg: str | os.PathLike, /) -> dict[str, str]: ...

class OnlineAgent:
    def __init__(self, spaces: Spaces, options: dict) -> None: ...

    def _begin(self, arg: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], /) -> None: ...

    def _act(self) -> object: ...

    def _learn(self, arg0: float, arg1: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], arg2: bool, /) -> None: ...

    def _policy(self, arg: object, /) -> object: ...

class Policy:
    def __init__(self, model: Model, spaces: Spaces, most: int) -> None: ...

    def _act(self, observations: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> object: ...

    def _begin(self, environment: int) -> None: ...

def _play(policy: Model, environments: Environments, episodes: int, max_length: int) -> tuple: ...
