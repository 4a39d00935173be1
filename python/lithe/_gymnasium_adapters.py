"""Environments of Gymnasium's kind as those of the library: the other way is lithe.gymnasium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.vector import VectorEnv as _GymnasiumVectorEnv

from . import _core
from ._arrays import Array
from ._environments import Environments
from ._error import Error

_ANY = (1, 2, 3, 4)  # dimensions of an observation


def _flat(values: Array) -> list[float]:
    with np.errstate(over="ignore"):  # float64's largest number is no bound
        return [float(value) for value in values.astype(np.float32).ravel()]


def _spaces_of(observation: Any, action: Any) -> _core.Spaces:
    if not isinstance(observation, spaces.Box):
        raise Error(f"observations in {observation}", "the environment",
                    "a Box, which gymnasium.wrappers.FlattenObservation(env) gives")  # fmt: skip
    shape = observation.shape if len(observation.shape) in _ANY else (int(np.prod(observation.shape)),)
    low, high = _flat(observation.low), _flat(observation.high)
    if isinstance(action, spaces.Discrete) and action.start == 0:
        return _core.Spaces(list(shape), low, high, int(action.n), [], [])
    if isinstance(action, spaces.Box) and len(action.shape) == 1 and action.dtype.kind == "f":
        return _core.Spaces(list(shape), low, high, 0, _flat(action.low), _flat(action.high))
    raise Error(f"actions in {action}", "the environment",
                "Discrete(n), or a Box of one dimension; gymnasium.wrappers.TransformAction")  # fmt: skip


def _name_of(env: Any) -> str:
    spec = getattr(env, "spec", None)
    return f"gymnasium:{spec.id if spec is not None else type(env.unwrapped).__name__}"


class _Adapter:
    """What the library calls (python/bindings/python_environments.cc), and the arrays between."""

    def __init__(self, name: str, observation: Any, action: Any, n: int) -> None:
        self.name, self.n = name, n
        self.spaces = _spaces_of(observation, action)
        self.observations = np.zeros((n, int(np.prod(self.spaces.shape))), np.float32)
        self.rewards = np.zeros(n, np.float32)
        self.terminated, self.truncated = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        self.discrete = self.spaces.choices > 0
        self.actions: Array = (
            np.zeros(n, np.int32) if self.discrete else np.zeros((n, len(self.spaces.action_low)), np.float32)
        )
        self.action_type = np.int64 if self.discrete else action.dtype

    def flat(self, observation: Any) -> Array:
        """One observation as a row."""
        row = np.asarray(observation, np.float32).reshape(-1)
        if len(row) != self.observations.shape[1]:
            raise Error(f"an observation of the shape {np.shape(observation)}", self.name,
                        f"{tuple(self.spaces.shape)}, as its observation space says", "data")  # fmt: skip
        return row

    def check(self) -> None:
        if not (np.isfinite(self.observations).all() and np.isfinite(self.rewards).all()):
            raise Error("an observation or a reward that is not finite", self.name, "numbers", "data")


class _Singles(_Adapter):
    """Environments that are stepped one after the other."""

    def __init__(self, envs: Sequence[Any]) -> None:
        first = envs[0]
        super().__init__(_name_of(first), first.observation_space, first.action_space, len(envs))
        for env in envs:
            if env.observation_space != first.observation_space or env.action_space != first.action_space:
                raise Error("environments with different spaces", self.name, "a factory that makes one kind")
        self.envs = envs

    def reset_all(self, seeds: list[int]) -> None:
        for i, seed in enumerate(seeds):
            self.reset_one(i, seed)

    def reset_one(self, i: int, seed: int) -> None:
        observation, _ = self.envs[i].reset(seed=seed)
        self.observations[i] = self.flat(observation)
        self.check()

    def step(self, begin: int, end: int) -> None:
        for i in range(begin, end):
            action = int(self.actions[i]) if self.discrete else self.actions[i].astype(self.action_type)
            observation, reward, terminated, truncated, _ = self.envs[i].step(action)
            self.observations[i] = self.flat(observation)
            self.rewards[i], self.terminated[i], self.truncated[i] = reward, terminated, truncated
        self.check()


class _Together(_Adapter):
    """An environment that is a vector already."""

    def __init__(self, env: Any) -> None:
        super().__init__(_name_of(env), env.single_observation_space, env.single_action_space, env.num_envs)
        mode = env.metadata.get("autoreset_mode")
        self.mode = getattr(mode, "value", mode)
        # Gymnasium's own vectors reset single environments in every mode, so that the step that would
        # reset them is never taken.
        if self.mode == "NextStep" and isinstance(env.unwrapped, SyncVectorEnv | AsyncVectorEnv):
            self.mode = "Disabled"
        if self.mode not in ("SameStep", "Disabled"):
            raise Error(f"{self.name} resets in the step after the end of an episode ({mode}), and cannot reset "
                        "one environment alone", "the environment",
                        'lithe.rl.GymEnv(id, n), or gymnasium.make_vec(id, n, vectorization_mode="sync")')  # fmt: skip
        self.env = env
        # The first observation of the next episode, where the environment has begun it already.
        self.next: list[Array | None] = [None] * self.n

    def take(self, observations: Any) -> None:
        rows = np.asarray(observations, np.float32).reshape(self.n, -1)
        if rows.shape != self.observations.shape:
            raise Error(f"observations of the shape {np.shape(observations)}", self.name,
                        f"{(self.n, *self.spaces.shape)}, as the observation space says", "data")  # fmt: skip
        self.observations[:] = rows

    def reset_all(self, seeds: list[int]) -> None:
        self.take(self.env.reset(seed=seeds[0])[0])
        self.next = [None] * self.n
        self.check()

    def reset_one(self, i: int, seed: int) -> None:
        begun = self.next[i]
        if begun is not None:
            self.observations[i], self.next[i] = begun, None
        elif self.mode == "Disabled":
            mask = np.arange(self.n) == i
            self.observations[i] = self.flat(self.env.reset(options={"reset_mask": mask})[0][i])
        else:
            raise Error("one environment of a vector that resets itself cannot be reset alone", self.name,
                        "a limit for the length of its episodes")  # fmt: skip
        self.check()

    def step(self, begin: int, end: int) -> None:
        assert (begin, end) == (0, self.n)
        observations, rewards, terminated, truncated, infos = self.env.step(self.actions.astype(self.action_type))
        self.take(observations)
        self.rewards[:], self.terminated[:], self.truncated[:] = rewards, terminated, truncated
        if self.mode == "SameStep":
            for i in np.flatnonzero(self.terminated | self.truncated):
                self.next[i] = self.observations[i].copy()
                self.observations[i] = self.flat(infos["final_obs"][i])
        self.check()


class GymEnv(Environments):
    """Environments of Gymnasium's, stepped one after the other, in which Lithe's agents learn.

    Each episode is reset with a seed that is a function of `seed`, the environment and the episode,
    so that trainings are reproducible. What an environment raises is raised by `step` and by the
    agent's `train`.

    Parameters
    ----------
    env : gymnasium.Env, str or callable
        An environment (then `n` is 1), the name of one, or a function that makes one.
    n : int
        Environments.
    seed : int
        Of their episodes.
    action_repeat : int
        Environment steps for which a step repeats the action, summing the rewards.
    **options
        For `gymnasium.make`, where `env` is a name.

    Raises
    ------
    lithe.Error
        For observations that are no Box, or actions that are neither Discrete nor a Box of one
        dimension.

    Examples
    --------
    >>> import lithe.rl
    >>> env = lithe.rl.GymEnv("CartPole-v1", n=2, seed=1)
    >>> agent = lithe.rl.PPO(env, n_steps=64)
    >>> agent.train(256).steps
    256
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any] | str | Callable[[], gymnasium.Env[Any, Any]],
        n: int = 1,
        *,
        seed: int = 0,
        action_repeat: int = 1,
        **options: Any,
    ) -> None:
        self._factory: Callable[[], Any] | None = None
        if isinstance(env, str):
            name = env
            self._factory = lambda: gymnasium.make(name, **options)
        elif callable(env):
            self._factory = env
        if n < 1:
            raise Error(f"{n} environments", "n", "at least 1")
        if self._factory is None and n != 1:
            raise Error(f"one environment, to be {n}", "n", "a function that makes one: lambda: MyEnv()")
        envs = [env] if self._factory is None else [self._factory() for _ in range(n)]
        _core.Environments.__init__(self, adapter=_Singles(envs), n=n, seed=seed, action_repeat=action_repeat)
        self._prepare()

    def _again(self, n: int, seed: int) -> Environments:
        if self._factory is None:
            raise Error("these environments cannot be made again", "evaluate", "other ones: evaluate(env=...)")
        return GymEnv(self._factory, n, seed=seed)


class VectorEnv(Environments):
    """A vector of environments of Gymnasium's, in which Lithe's agents learn.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        Of any autoreset mode. An environment whose episode has ended is reset before the next step,
        so no step is spent on it. A vector of another class than Gymnasium's SyncVectorEnv and
        AsyncVectorEnv must have the mode SAME_STEP or DISABLED.
    seed : int
        Of the first reset.

    Examples
    --------
    >>> import gymnasium, lithe.rl
    >>> env = lithe.rl.VectorEnv(gymnasium.make_vec("Pendulum-v1", num_envs=4))
    >>> env.n, env.spaces.action_high
    (4, array([2.], dtype=float32))
    """

    def __init__(self, env: _GymnasiumVectorEnv[Any, Any, Any], *, seed: int = 0) -> None:
        adapter = _Together(env)
        _core.Environments.__init__(self, adapter=adapter, n=adapter.n, seed=seed, action_repeat=1)
        self._prepare()

    def _again(self, n: int, seed: int) -> Environments:
        raise Error("these environments cannot be made again", "evaluate", "other ones: evaluate(env=...)")


def adapted(env: Any, n: int | None, seed: int, action_repeat: int) -> Environments:
    """Whatever of Gymnasium's an agent was given."""
    if not isinstance(env, _GymnasiumVectorEnv):
        count = (8 if callable(env) else 1) if n is None else n
        return GymEnv(env, count, seed=seed, action_repeat=action_repeat)
    if action_repeat != 1:
        raise Error("a vector of environments repeats no actions", "action_repeat", "lithe.rl.GymEnv")
    if n not in (None, env.num_envs):
        raise Error(f"a vector of {env.num_envs} environments, to be {n}", "n", "no n, or the same")
    return VectorEnv(env, seed=seed)
