"""Lithe's environments as Gymnasium's; importing this module registers them.

>>> import gymnasium
>>> envs = gymnasium.make_vec("lithe.gymnasium:lithe/CartPole", num_envs=8)
>>> observations, infos = envs.reset(seed=1)
>>> observations.shape
(8, 4)

The names are those of `lithe rl list` in Gymnasium's writing: "lithe/MountainCarContinuous",
"lithe/Snake", ... Their arguments are keyword arguments: `gymnasium.make("lithe/Snake", grid="8x8")`.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from . import _core
from ._agents import _sentence
from ._arrays import Array
from ._environments import Environments, Spaces, make
from ._error import Error

__all__ = ["LitheEnv", "LitheVectorEnv"]

_FRAMES = 10  # a second, of environments without a time of their own


def _observation_space(of: Spaces) -> spaces.Box:
    return spaces.Box(of.low, of.high, of.shape, np.float32)


def _action_space(of: Spaces) -> spaces.Discrete | spaces.Box:
    if of.choices:
        return spaces.Discrete(of.choices)
    return spaces.Box(of.action_low, of.action_high, dtype=np.float32)


def _frames(of: Spaces) -> int:
    return round(1 / of.step_seconds) if of.step_seconds > 0 else _FRAMES


class LitheEnv(gymnasium.Env[Any, Any]):
    """One of Lithe's environments. Episodes have the step limit that the environment has."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": _FRAMES}

    def __init__(self, environment: str, render_mode: str | None = None, **arguments: Any) -> None:
        self._sentence = _sentence(environment, arguments) if arguments else environment
        self._made = make(self._sentence)
        self.metadata = dict(self.metadata, render_fps=_frames(self._made.spaces))
        self.render_mode = render_mode
        self.observation_space = _observation_space(self._made.spaces)
        self.action_space = _action_space(self._made.spaces)
        self._seeded = False
        self._next: Array | None = None  # the first observation of the episode that has begun

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None or not self._seeded:
            drawn = int(self.np_random.integers(1 << 32)) if seed is None else seed
            self._made, self._seeded, self._next = make(self._sentence, seed=drawn), True, None
        observation = self._made.reset()[0] if self._next is None else self._next
        self._next = None
        return observation, {}

    def step(self, action: Any) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        if self._next is not None:
            raise gymnasium.error.ResetNeeded("the episode has ended: call reset()")
        observations, rewards, terminated, truncated = self._made.step(np.asarray(action)[None])
        ended = bool(terminated[0]), bool(truncated[0])
        if any(ended):
            self._next = observations[0]
            observations = self._made.final_observations
        return observations[0], float(rewards[0]), *ended, {}

    def render(self) -> Any:
        return self._made.draw() if self.render_mode == "rgb_array" else None


class LitheVectorEnv(VectorEnv[Any, Any, Any]):
    """Lithe's environments, which step together in C++. They reset in the step that ends an episode."""

    metadata: dict[str, Any] = {
        "render_modes": ["rgb_array"],
        "render_fps": _FRAMES,
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self, environment: str, num_envs: int = 1, render_mode: str | None = None, **arguments: Any
    ) -> None:
        self._sentence = _sentence(environment, arguments) if arguments else environment
        self._made: Environments = make(self._sentence, num_envs)
        self.num_envs, self.render_mode = num_envs, render_mode
        self.metadata = dict(type(self).metadata, render_fps=_frames(self._made.spaces))
        self.single_observation_space = _observation_space(self._made.spaces)
        self.single_action_space = _action_space(self._made.spaces)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._seeded = False

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """A seed is one number, of which the numbers of all environments are a function."""
        if seed is not None and not isinstance(seed, int | np.integer):
            raise Error("a seed for each environment", "reset", "one number for all of them")
        if options and "reset_mask" in options:
            raise Error("environments that reset by themselves are not reset alone", "reset_mask", "none")
        super().reset(seed=None if seed is None else int(seed))
        if seed is not None or not self._seeded:
            drawn = int(self.np_random.integers(1 << 32)) if seed is None else int(seed)
            self._made, self._seeded = make(self._sentence, self.num_envs, drawn), True
        return self._made.reset(), {}

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        observations, rewards, terminated, truncated = self._made.step(actions)
        ended = terminated | truncated
        infos: dict[str, Any] = {}
        if ended.any():
            # Gymnasium's form: an array of arrays, None where no episode has ended.
            rows = np.flatnonzero(ended)
            last = np.empty(self.num_envs, object)
            last[rows] = np.fromiter(self._made._final[rows], object, len(rows))
            infos = {"final_obs": last, "_final_obs": ended}
        return observations, rewards, terminated, truncated, infos

    def render(self) -> Any:
        return tuple(self._made.draw(i) for i in range(self.num_envs)) if self.render_mode == "rgb_array" else None


def _id_of(name: str) -> str:
    words = "".join(word.capitalize() for word in name.split("_"))
    return "lithe/" + words.replace("Cartpole", "CartPole").replace("Swingup", "SwingUp")


def _register() -> None:
    for name, (_, of) in _core._list_environments().items():
        gymnasium.register(
            _id_of(name),
            entry_point="lithe.gymnasium:LitheEnv",
            vector_entry_point="lithe.gymnasium:LitheVectorEnv",
            reward_threshold=of.solved,
            kwargs={"environment": name},
        )


_register()
