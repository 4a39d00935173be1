"""Environments that step together, with NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _core
from ._arrays import Array
from ._core import Spaces
from ._error import Error

__all__ = ["Environments", "Spaces", "environments", "make", "run"]


class Environments(_core.Environments):
    """A vector of environments that step together; `make`, `run`, `GymEnv` and `VectorEnv` give one.

    Reset, step, terminated and truncated mean what they mean in Gymnasium. Environments reset
    automatically, in the step that ends an episode (AutoresetMode.SAME_STEP): the reward and the
    flags of that step belong to the episode that has ended, the observation is the first one of the
    next episode, and `final_observations` has the last one of the episode that has ended.

    The same seed gives the same numbers, which are a function of seed, environment and episode.
    """

    def __init__(self, environment: str, n: int = 1, seed: int = 0, action_repeat: int = 1) -> None:
        super().__init__(environment, n, seed, action_repeat)
        self._seed = seed
        self._prepare()

    def _prepare(self) -> None:
        self._spaces, self._name, self._n = super().spaces, super().name, len(self)
        self._repeat = self.action_repeat
        self._batch = (self._n, *self._spaces.shape)
        self._choices, self._components = self._spaces.choices, len(self._spaces.action_low)
        self._final = np.zeros(self._batch, np.float32)

    @property
    def spaces(self) -> Spaces:
        """The observation and action spaces."""
        return self._spaces

    @property
    def name(self) -> str:
        """The sentence with all of its arguments, or where the environments come from."""
        return self._name

    @property
    def n(self) -> int:
        """The number of environments."""
        return self._n

    def reset(self) -> Array:
        """Begins a new episode in each environment, and gives its first observations.

        They are float32, [n, *spaces.shape].
        """
        observations = np.empty(self._batch, np.float32)
        self._reset(observations)
        return observations

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array]:
        """Takes an action in each environment: (observations, rewards, terminated, truncated).

        `actions` are whole numbers [n], or numbers [n, components], which are clipped to their
        bounds. The arrays that are returned are new ones; [n, *spaces.shape], and [n] of float32,
        bool and bool.

        Raises `lithe.Error` for actions of another shape, or that are not in the action space.
        """
        choices = self._whole(actions) if self._choices else None
        values = None if self._choices else self._numbers(actions)
        observations = np.empty(self._batch, np.float32)
        rewards = np.empty(self._n, np.float32)
        terminated, truncated = np.empty(self._n, np.bool_), np.empty(self._n, np.bool_)
        self._step(choices, values, observations, rewards, terminated, truncated, self._final)
        return observations, rewards, terminated, truncated

    def _whole(self, actions: Any) -> Array:
        array = np.asarray(actions)
        if array.dtype != np.int32:
            if array.dtype.kind not in "iub":
                raise Error(f"actions of type {array.dtype}", "step", f"0 to {self._choices - 1}", "data")
            if array.size and not 0 <= int(array.min()) <= int(array.max()) < self._choices:
                raise Error("an action out of range", "step", f"0 to {self._choices - 1}", "data")
            array = array.astype(np.int32)
        if array.size != self._n:
            raise Error(f"{array.size} actions", "step", f"{self._n}, one for each environment", "data")
        return np.ascontiguousarray(array.reshape(self._n))

    def _numbers(self, actions: Any) -> Array:
        array = np.ascontiguousarray(actions, np.float32)
        if array.size != self._n * self._components:
            raise Error(f"actions of the shape {array.shape}", "step", f"({self._n}, {self._components})", "data")
        if not np.isfinite(array).all():
            raise Error("an action that is not finite", "step", "numbers", "data")
        return array.reshape(self._n, self._components)

    @property
    def final_observations(self) -> Array:
        """The last observations of episodes: row i is of the last step that ended one in i."""
        return self._final.copy()

    def observe(self) -> Array:
        """The current observations again."""
        observations = np.empty(self._batch, np.float32)
        self._observe(observations)
        return observations

    def save(self) -> Array:
        """The whole state, seed and statistics included, for `restore`.

        Raises `lithe.Error` where an environment has no state to save, such as one in Python.
        """
        return self._save()

    def restore(self, saved: Any) -> None:
        """Goes on where `save` was called, to the same bits."""
        self._restore(np.ascontiguousarray(saved, np.float64))

    def state(self, i: int) -> Array:
        """The state of environment `i`, such as position, velocity, angle and angular velocity."""
        return self._state(i)

    def set_state(self, i: int, state: Any) -> None:
        """Puts environment `i` into a state that `state` gave. Its episode goes on."""
        self._set_state(i, np.ascontiguousarray(state, np.float64))

    def draw(self, i: int = 0) -> Array:
        """A picture of environment `i`: uint8, [height, width, 3].

        Raises `lithe.Error` for an environment that cannot be drawn.
        """
        picture = self._draw(i)
        if picture is None:
            raise Error(f"{self._name} cannot be drawn")
        return np.asarray(picture)

    def _again(self, n: int, seed: int) -> Environments:
        """Environments of the same kind, to evaluate in."""
        return Environments(self._name, n, seed)

    def _made_from(self) -> tuple[str, int, int, int]:
        """What makes them anew; raises TypeError where nothing does."""
        if type(self) is not Environments:
            raise TypeError(
                f"cannot pickle '{self._name}': only lithe.rl.make's environments can be copied; of an "
                "agent, pickle `agent.policy`"
            )
        return self._name, self._n, self._seed, self._repeat

    def __reduce__(self) -> tuple[object, ...]:
        saved = self.save() if self._was_reset and not self._taken else None
        return _environments_from, (self._made_from(), saved, self._final, self._taken)

    def __repr__(self) -> str:
        return f"Environments('{self._name}', n={self._n})"


def _environments_from(
    made_from: tuple[str, int, int, int], saved: Array | None, final: Array, taken: bool
) -> Environments:
    made = Environments(*made_from)
    made._final = final
    if saved is not None:
        made.restore(saved)
    if taken:
        made._take_over()
    return made


class _Programs(Environments):
    def __init__(self, command: str, n: int, seed: int, action_repeat: int, time_limit: float) -> None:
        _core.Environments.__init__(
            self, command=command, time_limit=float(time_limit), n=n, seed=seed, action_repeat=action_repeat
        )
        self._time_limit = time_limit
        self._prepare()

    def _again(self, n: int, seed: int) -> Environments:
        return _Programs(self._name, n, seed, 1, self._time_limit)


def make(environment: str, n: int = 1, seed: int = 0, action_repeat: int = 1) -> Environments:
    """Lithe's own environments, computed in C++.

    Parameters
    ----------
    environment : str
        A sentence, such as "cartpole" or "snake(8x8, starve=2)"; `lithe.rl.environments()` lists
        them.
    n : int
        Environments that step together.
    seed : int
        Of all their random numbers.
    action_repeat : int
        Environment steps for which a step repeats the action, summing the rewards.

    Raises
    ------
    lithe.Error
        For a sentence that does not parse, or a number out of range.

    Examples
    --------
    >>> import lithe.rl, numpy
    >>> env = lithe.rl.make("cartpole", n=8, seed=1)
    >>> env.reset().shape
    (8, 4)
    >>> observations, rewards, terminated, truncated = env.step(numpy.ones(8, int))
    >>> rewards
    array([1., 1., 1., 1., 1., 1., 1., 1.], dtype=float32)
    """
    return Environments(environment, n, seed, action_repeat)


def run(command: str, n: int = 1, seed: int = 0, action_repeat: int = 1, time_limit: float = 30) -> Environments:
    """Programs that are environments, which answer lines of JSON (docs/environments.md).

    The shell runs `command` for each of the `n` environments; an answer may take `time_limit`
    seconds. Raises `lithe.Error` where a program does not start, ends, or answers something else.
    """
    return _Programs(command, n, seed, action_repeat, time_limit)


def environments() -> dict[str, tuple[str, Spaces]]:
    """The environments that `make` knows: what they are, with their arguments, and their spaces.

    >>> import lithe.rl
    >>> text, spaces = lithe.rl.environments()["pendulum"]
    >>> spaces.action_high
    array([2.], dtype=float32)
    """
    return dict(_core._list_environments())


def spaces_of(
    shape: Sequence[int], choices: int = 0, action_low: Sequence[float] = (), action_high: Sequence[float] = ()
) -> Spaces:
    """The spaces of a loop of your own, for `OnlineAgent` and `Policy`.

    `shape` is that of an observation. Actions are 0 to `choices` - 1, or continuous and have bounds.
    """
    return Spaces(list(shape), [], [], choices, list(action_low), list(action_high))
