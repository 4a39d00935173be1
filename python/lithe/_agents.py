"""Agents that learn from rewards, and the policies that they learn."""

from __future__ import annotations

import os
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import Any, ClassVar

import numpy as np

from . import _core
from ._arrays import Array
from ._core import AgentReport, Spaces
from ._environments import Environments, make
from ._error import Error
from ._model import Model

__all__ = ["AgentReport", "Agent", "ActorCritic", "DQN", "OnlineAgent", "PPO", "Policy", "REINFORCE", "SAC", "play"]

_NETWORK = "dense(64, tanh) -> dense(64, tanh)"


def _environments_of(env: Any, n: int | None, seed: int, action_repeat: int) -> Environments:
    if isinstance(env, str):
        return make(env, 8 if n is None else n, seed, action_repeat)
    if not isinstance(env, Environments):
        from ._gymnasium_adapters import adapted

        return adapted(env, n, seed, action_repeat)
    if n not in (None, env.n) or action_repeat not in (1, env.action_repeat):
        raise Error("environments that are made already", "n or action_repeat", "lithe.rl.make(..., n, action_repeat)")
    return env


def _sentence(name: str, arguments: dict[str, object]) -> str:
    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)

    return f"{name}({', '.join(f'{key}={text(value)}' for key, value in arguments.items())})"


class Agent:
    """An agent that learns from rewards, in environments that step together.

    The same seed gives the same policy, to the bit, with any number of threads, and the same as
    `lithe rl train` and the C++ library with the same options.

    Parameters
    ----------
    env : str, Environments, gymnasium.Env, gymnasium.vector.VectorEnv or callable
        A sentence such as "cartpole", environments of `make`, `run`, `GymEnv` or `VectorEnv`, or
        what the latter two take. The agent takes the environments over: they cannot be stepped any
        more.
    agent : str
        A sentence, such as "ppo(n_steps=128)"; `lithe.catalogue()["agents"]` lists them.
    n : int, optional
        Environments, 8 unless `env` has a number of its own.
    network : str, optional
        The hidden layers; two layers of 64 units. Images are flattened first unless a network is
        given.
    steps : int, optional
        Of the whole training, all environments together: schedules and the exploration of `DQN`
        extend over them. By default, those of the first `train`.
    seed : int
        Of the agent, and of environments that it makes.
    threads : int
        0: all processors.
    action_repeat : int
        Environment steps for which an action is repeated while training, counted as one.

    Raises
    ------
    lithe.Error
        For a sentence that does not parse. What the environments do not allow is told by the first
        `train`, or here where `steps` are given.

    Examples
    --------
    >>> import lithe.rl
    >>> agent = lithe.rl.Agent("cartpole", "reinforce(n_steps=100)", seed=1)
    >>> report = agent.train(1600)
    >>> report.steps, report.episodes > 10
    (1600, True)
    """

    def __init__(
        self,
        env: Any,
        agent: str = "ppo",
        *,
        n: int | None = None,
        network: str | None = None,
        steps: int | None = None,
        seed: int = 1,
        threads: int = 1,
        isa: str = "auto",
        action_repeat: int = 1,
    ) -> None:
        self._agent = _core._canonical_agent(agent)
        self._environments = _environments_of(env, n, seed, action_repeat)
        image = len(self._environments.spaces.shape) > 1
        self._options: dict[str, Any] = dict(
            agent=agent, network=network or ("flatten -> " if image else "") + _NETWORK,
            seed=seed, threads=threads, isa=isa,
        )  # fmt: skip
        self._held = self._environments._take_over()
        self._training = _core.AgentTraining()
        self._policy: Policy | None = None
        if steps is not None:
            self._begin(steps)

    def _begin(self, steps: int) -> None:
        self._training.begin(self._held, dict(self._options, steps=steps))

    @property
    def environments(self) -> Environments:
        """What the agent learns in; it cannot be stepped."""
        return self._environments

    @property
    def finished(self) -> bool:
        """Whether all steps of the training are done."""
        return self._training.has_begun and self._training.finished

    def train(
        self, steps: int | None = None, *, callback: Callable[[AgentReport], object] | None = None
    ) -> AgentReport | None:
        """Learns from `steps` more steps of all environments together, or from all that are left.

        Iterations are completed, so that it may be some steps more. `callback` is called with the
        report of each iteration; returning False ends the training there. Ctrl-C ends it within
        an iteration and raises KeyboardInterrupt; the agent can be used, and trained further.

        Returns the report of the last iteration, or None if nothing was left to do. Raises
        `lithe.Error` if the weights are no longer finite, and what environments in Python raise;
        the policy is then that of the last complete iteration.
        """
        training = self._training
        if steps is None and not training.has_begun:
            raise Error("a training without a number of steps", "train", "agent.train(100_000)")
        if steps is not None and steps < 1:
            raise Error(f"a training of {steps} steps", "train", "at least 1")
        if not training.has_begun:
            self._begin(steps or 1)
        until = None if steps is None else training.steps + steps
        report = None
        while not training.finished if until is None else training.steps < until:
            self._policy = None
            report = training.iterate()
            answer = None if callback is None else callback(report)
            if answer is not None and not answer:
                break
        return report

    @property
    def policy(self) -> Policy:
        """The policy as it is now; it does not change when the agent learns more."""
        if self._policy is None:
            model: Any = self._training.policy(Model)
            self._policy = Policy(model, self._environments)
        return self._policy

    def predict(self, observations: Any, episode_start: Any = False) -> Any:
        """The best actions for observations: see `Policy.predict`."""
        return self.policy.predict(observations, episode_start)

    def evaluate(
        self, episodes: int = 100, *, env: Any = None, n: int | None = None, seed: int | None = None
    ) -> tuple[Array, Array]:
        """The returns and the lengths of `episodes` episodes, played without exploration.

        They are played in `env`, or in new environments of the same kind, where all policies begin
        in the same states; `lithe rl train` evaluates like this, with the same numbers. Actions are
        not repeated.
        """
        count = min(episodes, n or self._environments.n)
        begin = self._options["seed"] + 1000 if seed is None else seed
        played = self._environments._again(count, begin) if env is None else env
        return play(self.policy, played, episodes, n=count, seed=begin)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the policy: a model file for `Policy`, `lithe rl play` and docs/policies.md."""
        self._training.save_policy(Path(path))

    def save_state(self, path: str | os.PathLike[str]) -> None:
        """Writes all that the training needs to go on to the same bits, environments included.

        Raises `lithe.Error` for environments without a state, such as those in Python.
        """
        self._training.save(Path(path))

    def load_state(self, path: str | os.PathLike[str]) -> None:
        """Goes on where `save_state` was called, with the same environments and options.

        Raises `lithe.Error` that names what differs, and changes nothing then.
        """
        steps = _core._agent_state(Path(path)).get("steps")
        if not self._training.has_begun:
            if steps is None:
                raise Error("the state does not say how long the training is", str(path), "steps=... for the agent")
            self._begin(int(steps))
        self._policy = None
        self._training.restore(Path(path))

    def __reduce__(self) -> tuple[object, ...]:
        environments = self._environments._made_from()
        options = {key: value for key, value in self._options.items() if key != "agent"}
        begun = None if self._training.has_begun or not self._held._was_reset else self._held._save()
        steps = state = None
        if self._training.has_begun:
            steps = self._training.planned
            with TemporaryDirectory() as folder:
                self.save_state(Path(folder, "agent.state"))
                state = Path(folder, "agent.state").read_bytes()
        return _agent_from, (type(self), environments, begun, self._options["agent"], options, steps, state)

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self._environments.name}', '{self._agent}')"


def _agent_from(
    kind: type[Agent], environments: tuple[str, int, int, int], begun: Array | None, agent: str,
    options: dict[str, Any], steps: int | None, state: bytes | None,
) -> Agent:  # fmt: skip
    made = kind.__new__(kind)
    env = Environments(*environments)
    if begun is not None:
        env.restore(begun)
    Agent.__init__(made, env, agent, steps=steps, **options)
    if state is not None:
        with TemporaryDirectory() as folder:
            Path(folder, "agent.state").write_bytes(state)
            made.load_state(Path(folder, "agent.state"))
    return made


class _NamedAgent(Agent):
    _name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        text = indent(_core._list_catalogue()["agents"][cls._name], "    ")
        cls.__doc__ = f"{cleandoc(cls.__doc__ or '')}\n\nThe arguments, with their defaults:\n\n{text}\n"

    def __init__(
        self,
        env: Any,
        *,
        n: int | None = None,
        network: str | None = None,
        steps: int | None = None,
        seed: int = 1,
        threads: int = 1,
        isa: str = "auto",
        action_repeat: int = 1,
        **arguments: str | float | bool,
    ) -> None:
        super().__init__(
            env, _sentence(self._name, dict(arguments)), n=n, network=network, steps=steps, seed=seed,
            threads=threads, isa=isa, action_repeat=action_repeat,
        )  # fmt: skip


class PPO(_NamedAgent):
    """Proximal policy optimization. `Agent` has the other parameters.

    >>> import lithe.rl
    >>> agent = lithe.rl.PPO("cartpole", n=8, n_steps=32, optimizer="adam(linear(3e-3, 0))", seed=1)
    >>> agent.train(50_000).mean_return > 100
    True
    """

    _name = "ppo"


class DQN(_NamedAgent):
    """Deep Q-learning, for discrete actions. `Agent` has the other parameters."""

    _name = "dqn"


class SAC(_NamedAgent):
    """Soft actor-critic, for continuous actions. `Agent` has the other parameters."""

    _name = "sac"


class REINFORCE(_NamedAgent):
    """The policy gradient of complete episodes. `Agent` has the other parameters."""

    _name = "reinforce"


class ActorCritic(_NamedAgent):
    """One-step actor-critic. `Agent` has the other parameters."""

    _name = "actor_critic"


def _spaces_of(env: Any) -> Spaces:
    if isinstance(env, Spaces):
        return env
    return env.spaces if isinstance(env, Environments) else _environments_of(env, 1, 0, 1).spaces


class Policy:
    """Acts as an agent has learned to.

    Parameters
    ----------
    model : Model or path
        Of `Agent.save` or `lithe rl train`.
    env : optional
        The environment, or its `Spaces`; by default the one of Lithe's own that the policy was
        trained in.

    Raises
    ------
    lithe.Error
        For a model that is no policy, or does not fit the environment.

    Examples
    --------
    >>> import lithe.rl
    >>> agent = lithe.rl.PPO("pendulum", n=2, steps=128, n_steps=64)
    >>> agent.policy.predict([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).shape
    (2, 1)
    """

    def __init__(self, model: Model | str | os.PathLike[str], env: Any = None) -> None:
        self.model = model if isinstance(model, Model) else Model.load(model)
        self.spaces = _spaces_of(self._trained_in() if env is None else env)
        self._most = 1
        self._actor = _core.Policy(self.model, self.spaces, self._most)

    def _trained_in(self) -> str:
        """A program that the file names is not run."""
        name = self.model.metadata.get("lithe.environment", "")
        if name.partition("(")[0] not in _core._list_environments():
            raise Error(f"the environment of this policy is not one of Lithe's: '{name[:200]}'", "env",
                        "Policy(model, env)")  # fmt: skip
        return name

    def predict(self, observations: Any, episode_start: Any = False) -> Any:
        """The best (deterministic) actions for one observation, or for those of several environments.

        Several observations [count, *shape] give whole numbers [count], or numbers
        [count, components] within their bounds; one observation gives one action.

        A policy with recurrent layers remembers what it saw in each environment, until
        `episode_start` (True, or [count] of them) says that an episode begins with this
        observation. Other policies need none of that.
        """
        array, shape = np.asarray(observations, np.float32), tuple(self.spaces.shape)
        one = array.shape == shape
        if not one and array.shape[1:] != shape:
            raise Error(f"observations of the shape {array.shape}", "predict", f"(count, *{shape})", "data")
        if not np.isfinite(array).all():
            raise Error("an observation that is not finite", "predict", "numbers", "data")
        rows = np.ascontiguousarray(array).reshape(1 if one else len(array), -1)
        if len(rows) > self._most:
            self._most = len(rows)
            self._actor = _core.Policy(self.model, self.spaces, self._most)
        starts = np.asarray(episode_start, bool)
        if starts.shape not in ((), (len(rows),)):
            raise Error(f"episode_start has the shape {starts.shape}", "predict",
                        f"True, False, or {len(rows)} of them")  # fmt: skip
        for environment in np.flatnonzero(np.broadcast_to(starts, len(rows))):
            self._actor._begin(int(environment))
        actions: Any = self._actor._act(rows)
        if not one:
            return actions
        return int(actions[0]) if self.spaces.choices else actions[0]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file."""
        self.model.save(path)

    def __reduce__(self) -> tuple[object, ...]:
        return Policy, (self.model, self.spaces)


def play(
    policy: Policy | Model, env: Any, episodes: int, *, max_length: int = 100_000, n: int | None = None, seed: int = 0
) -> tuple[Array, Array]:
    """Plays complete episodes, and gives their returns and lengths.

    Each environment plays the same number of episodes, so that short ones are not counted more
    often. One that has not ended after `max_length` steps is cut off there. `n` and `seed` are for
    environments that are given by a sentence or a factory; others are reset.
    """
    model = policy.model if isinstance(policy, Policy) else policy
    held = env if isinstance(env, Environments) else _environments_of(env, n, seed, 1)
    returns, lengths = _core._play(model, held, episodes, max_length)
    return returns, lengths


class OnlineAgent(_core.OnlineAgent):
    """An agent for a loop of your own, with one environment: it learns from every step at once.

    Parameters
    ----------
    spaces : Spaces
        Of `lithe.rl.spaces_of`, or those of environments.
    agent : str
        An actor_critic.
    network : str
        The hidden layers.
    steps : int
        The length of the schedule of the learning rate.

    Examples
    --------
    >>> import lithe.rl
    >>> agent = lithe.rl.OnlineAgent(lithe.rl.spaces_of((2,), choices=3))
    >>> agent.begin([0.0, 1.0])
    >>> agent.act() in (0, 1, 2)
    True
    >>> agent.learn(1.0, [0.0, 0.5], done=False)
    """

    def __init__(
        self,
        spaces: Spaces,
        agent: str = "actor_critic",
        *,
        network: str = _NETWORK,
        steps: int = 1_000_000,
        seed: int = 1,
        threads: int = 1,
        isa: str = "auto",
    ) -> None:
        options = dict(agent=agent, network=network, steps=steps, seed=seed, threads=threads, isa=isa)
        super().__init__(spaces, options)
        self._spaces = spaces

    def begin(self, observation: Any) -> None:
        """Begins an episode with its first observation."""
        self._begin(_row(observation))

    def act(self) -> Any:
        """An action, drawn from the policy: a whole number, or numbers within their bounds."""
        actions: Any = self._act()
        return int(actions[0]) if self._spaces.choices else actions[0]

    def learn(self, reward: float, observation: Any, done: bool) -> None:
        """Learns from what the action led to; `done` where the episode was terminated."""
        self._learn(reward, _row(observation), done)

    @property
    def policy(self) -> Policy:
        """The policy as it is now."""
        model: Any = self._policy(Model)
        return Policy(model, self._spaces)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("cannot pickle an OnlineAgent, which keeps no state; pickle `agent.policy`")


def _row(observation: Any) -> Array:
    return np.ascontiguousarray(observation, np.float32).reshape(-1)
