"""Gymnasium's environments in Lithe, and Lithe's in Gymnasium."""

import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import lithe
import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium")

import lithe.gymnasium  # noqa: E402
from gymnasium.spaces import Box, Discrete  # noqa: E402
from gymnasium.utils.env_checker import check_env  # noqa: E402
from gymnasium.vector import AutoresetMode  # noqa: E402

rl = lithe.rl
IDS = sorted(name for name in gymnasium.registry if name.startswith("lithe/"))
SAME_STEP = {"autoreset_mode": AutoresetMode.SAME_STEP}
DISABLED = {"autoreset_mode": AutoresetMode.DISABLED}


class Count(gymnasium.Env):
    """Counts to a number that it draws; ends in turn by termination and truncation."""

    observation_space = Box(0, 100, (2,), np.float32)
    action_space = Discrete(3)

    def __init__(self):
        self.episodes = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.at, self.until = 0, int(self.np_random.integers(3, 9))
        self.episodes += 1
        return np.array([self.at, self.until], np.float32), {}

    def step(self, action):
        self.at += 1
        ended, turn = self.at >= self.until, self.episodes % 2 == 0
        return np.array([self.at, self.until], np.float32), float(action), ended and turn, ended and not turn, {}


class Broken(Count):
    """Does something wrong in the third step."""

    def __init__(self, what):
        super().__init__()
        self.what = what

    def step(self, action):
        outcome = list(super().step(action))
        if self.at == 3:
            if self.what is LookupError:
                raise LookupError("from the environment")
            outcome[0] = self.what
        return tuple(outcome)


def adapted(kind, n, seed=1):
    """Lithe's environments of the same kind, which come from Gymnasium in different ways."""
    if kind == "single":
        return rl.GymEnv(Count, n, seed=seed)
    mode, _, workers = kind.partition(", ")
    mode = {"same": AutoresetMode.SAME_STEP, "next": AutoresetMode.NEXT_STEP, "disabled": AutoresetMode.DISABLED}[mode]
    make = gymnasium.vector.AsyncVectorEnv if workers else gymnasium.vector.SyncVectorEnv
    return rl.VectorEnv(make([Count] * n, autoreset_mode=mode), seed=seed)


KINDS = ["single", "same", "next", "disabled", "next, in processes"]


# Gymnasium's in Lithe


@pytest.mark.parametrize("kind", KINDS)
def test_episodes_of_gymnasium_are_those_of_lithe(kind):
    env = adapted(kind, 4)
    before = env.reset()
    ends = 0
    for step in range(60):
        observations, rewards, terminated, truncated = env.step([step % 3, 0, 1, 2])
        assert rewards.tolist() == [step % 3, 0, 1, 2]
        for i in range(4):
            if before[i][0] + 1 < before[i][1]:
                assert not terminated[i]
                assert not truncated[i]
                assert observations[i].tolist() == [before[i][0] + 1, before[i][1]]
                continue
            ends += 1
            assert terminated[i] != truncated[i]
            assert env.final_observations[i].tolist() == [before[i][1]] * 2
            assert observations[i][0] == 0  # the next episode
            assert env.last_episode(i)[1] == before[i][1]
        before = observations
    assert ends > 20
    assert len({*before[:, 1], *env.final_observations[:, 0]}) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_alone_decides(kind):
    def lengths(seed):
        env = adapted(kind, 3, seed)
        seen = [env.reset()]
        seen += [env.step([0, 0, 0])[0] for _ in range(30)]
        return np.array(seen)

    assert np.array_equal(lengths(1), lengths(1))
    assert not np.array_equal(lengths(1), lengths(2))


@pytest.mark.parametrize("kind", KINDS)
def test_agents_learn_in_python(kind):
    """The reward is the action."""
    agent = rl.PPO(adapted(kind, 4), n_steps=32, optimizer="adam(0.01)", network="dense(8, tanh)")
    agent.train(8000)
    assert (agent.predict([[0, 5], [2, 5], [4, 8]]) == 2).all()
    env = rl.GymEnv(Count, 2)
    returns, lengths = rl.play(agent.policy, env, 10)
    assert np.array_equal(returns, 2 * lengths)


def test_the_same_task_gives_the_same_policy_here_and_there():
    """In Lithe's environment, called through Gymnasium, an agent learns the same, but for the seeds."""

    def policy(seed):
        env = rl.GymEnv(lambda: lithe.gymnasium.LitheEnv("pendulum"), 2, seed=seed)
        agent = rl.SAC(env, learning_starts=100, batch_size=16, seed=seed)
        agent.train(1000)
        return agent.policy.model

    one, again, other = policy(1), policy(1), policy(2)
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["layers.0.weight"], other["layers.0.weight"])


def test_agents_take_what_gymnasium_makes():
    for env in (
        gymnasium.make("CartPole-v1"),
        gymnasium.make_vec("CartPole-v1", 2, vectorization_mode="sync", vector_kwargs={"autoreset_mode": "SameStep"}),
        gymnasium.make_vec("CartPole-v1", 2, vectorization_mode="sync", vector_kwargs=DISABLED),
        gymnasium.make_vec("lithe/CartPole", num_envs=2),
        lambda: gymnasium.make("CartPole-v1"),
    ):
        agent = rl.PPO(env, n_steps=64)
        assert agent.train(200).episodes > 0
        assert agent.policy.model.metadata["lithe.environment"].endswith(("CartPole-v1", "lithe/CartPole"))
    assert agent.environments.n == 8
    assert len(agent.evaluate(3)[0]) == 3


def test_processes_of_gymnasium():
    env = gymnasium.make_vec("CartPole-v1", num_envs=2, vectorization_mode="async", vector_kwargs=SAME_STEP)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking
        assert rl.PPO(env, n_steps=64).train(128).steps == 128
    env.close()


def test_pictures_are_flattened():
    class Picture(Count):
        observation_space = Box(0, 255, (4, 5, 3), np.uint8)

        def reset(self, **options):
            super().reset(**options)
            return np.zeros((4, 5, 3), np.uint8), {}

        def step(self, action):
            return np.full((4, 5, 3), 200, np.uint8), *super().step(action)[1:]

    agent = rl.PPO(rl.GymEnv(Picture, 2), n_steps=16)
    agent.train(32)
    assert str(agent.policy.model.network).startswith("input(4x5x3)")
    assert agent.predict(np.zeros((7, 4, 5, 3))).shape == (7,)


def test_actions_are_what_the_environment_says():
    seen = []

    class Wide(Count):
        action_space = Box(np.float32([-3, 0]), np.float32([3, 1]))

        def step(self, action):
            seen.append(action)
            return super().step(action[0])

    rl.SAC(rl.GymEnv(Wide), learning_starts=20, batch_size=8).train(100)
    assert all(action in Wide.action_space for action in seen)
    assert len({id(action) for action in seen}) == len(seen)


@pytest.mark.parametrize(
    ("what", "error", "word"),
    [
        (LookupError, LookupError, "from the environment"),
        (np.zeros(3, np.float32), lithe.Error, "shape"),
        (np.float32([np.nan, 0]), lithe.Error, "not finite"),
        ("text", ValueError, "text"),
    ],
)
def test_what_goes_wrong_in_python_comes_out(what, error, word):
    agent = rl.PPO(rl.GymEnv(lambda: Broken(what), 2), n_steps=16, steps=100)
    before = agent.policy.model["layers.1.weight"]
    with pytest.raises(error, match=word):
        agent.train()
    assert np.array_equal(agent.policy.model["layers.1.weight"], before)


def test_ctrl_c_in_an_environment():
    agent = rl.PPO(rl.GymEnv(Count, 2), n_steps=50_000)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        agent.train(100_000)
    assert agent.predict([[0, 3]]).shape == (1,)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: rl.VectorEnv(gymnasium.make_vec("CartPole-v1", num_envs=2)), r"GymEnv.*sync"),
        (lambda: rl.GymEnv(Count(), 3), "one environment"),
        (lambda: rl.GymEnv(Count, 0), "0 environments"),
        (lambda: rl.GymEnv("FrozenLake-v1"), "FlattenObservation"),
        (lambda: rl.GymEnv("CartPole-v1").save(), "before the first reset"),
        (lambda: rl.PPO(rl.GymEnv("CartPole-v1"), steps=10).save_state("/tmp/never"), "no state to save"),
        (lambda: rl.PPO(Count(), steps=10).evaluate(1), "made again"),
        (lambda: rl.PPO(gymnasium.make_vec("lithe/CartPole", num_envs=2), action_repeat=2), "repeat"),
        (lambda: rl.PPO(gymnasium.make_vec("lithe/CartPole", num_envs=2), n=3), "2 environments"),
    ],
)
def test_what_does_not_fit_is_told(make, word):
    with pytest.raises(lithe.Error, match=word):
        make()


def test_remedies_work():
    flat = gymnasium.wrappers.FlattenObservation(gymnasium.make("FrozenLake-v1"))
    assert rl.GymEnv(flat).spaces.shape == (16,)


# Lithe's in Gymnasium


def test_all_are_registered():
    assert len(IDS) == len(rl.environments())
    assert {"lithe/CartPole", "lithe/CartPoleSwingUp", "lithe/MountainCarContinuous", "lithe/Snake"} <= set(IDS)
    code = "import gymnasium; print(gymnasium.make_vec('lithe.gymnasium:lithe/CartPole', num_envs=3))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LitheVectorEnv(lithe/CartPole, num_envs=3)" in done.stdout


@pytest.mark.parametrize("name", IDS)
def test_gymnasium_finds_nothing_wrong(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*(minimum|maximum) value is -?infinity.*")
        warnings.filterwarnings("ignore", message=".*symmetric and normalized space.*")
        warnings.filterwarnings("ignore", message=".*looks like an image.*")
        warnings.filterwarnings("ignore", message=".*deprecat.*", category=DeprecationWarning)
        check_env(gymnasium.make(name).unwrapped)
        frame = gymnasium.make(name, render_mode="rgb_array")
        frame.reset(seed=1)
        assert frame.render().dtype == np.uint8


@pytest.mark.parametrize("name", ["lithe/CartPole", "lithe/Pendulum", "lithe/MountainCar", "lithe/Snake"])
def test_single_environments_are_those_of_make(name):
    env, own = gymnasium.make(name), rl.make(gymnasium.spec(name).kwargs["environment"], seed=5)
    env.action_space.seed(1)
    observation, _ = env.reset(seed=5)
    assert np.array_equal(observation, own.reset()[0])
    for _ in range(600):
        action = env.action_space.sample()
        observation, reward, terminated, truncated, _ = env.step(action)
        batch, rewards, *flags = own.step(np.asarray(action)[None])
        ended = terminated or truncated
        assert np.array_equal(observation, own.final_observations[0] if ended else batch[0])
        assert (reward, terminated, truncated) == (rewards[0], *(flag[0] for flag in flags))
        if ended:
            with pytest.raises(gymnasium.error.ResetNeeded):
                env.unwrapped.step(action)
            observation, _ = env.reset()
            assert np.array_equal(observation, batch[0])
    assert own.completed_episodes(0) > 0


def test_vectors_are_those_of_make():
    envs, own = gymnasium.make_vec("lithe/CartPole", num_envs=8), rl.make("cartpole", n=8, seed=5)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert envs.metadata["render_fps"] == 50
    assert np.array_equal(envs.reset(seed=5)[0], own.reset())
    envs.action_space.seed(1)
    ends = 0
    for _ in range(200):
        actions = envs.action_space.sample()
        observations, rewards, terminated, truncated, infos = envs.step(actions)
        assert observations in envs.observation_space
        for one, other in zip((observations, rewards, terminated, truncated), own.step(actions), strict=True):
            assert np.array_equal(one, other)
        ended = terminated | truncated
        if not ended.any():
            assert infos == {}
            continue
        ends += ended.sum()
        assert np.array_equal(infos["_final_obs"], ended)
        for i in range(8):
            wanted = own.final_observations[i] if ended[i] else None
            assert np.array_equal(infos["final_obs"][i], wanted)
    assert ends > 20


def test_vectors_of_gymnasium_made_of_single_ones_agree():
    """The same episodes, if the first observations are the same: in the form of infos too."""
    sync = gymnasium.make_vec("lithe/CartPole", num_envs=2, vectorization_mode="sync", vector_kwargs=SAME_STEP)
    own = gymnasium.make_vec("lithe/CartPole", num_envs=2)
    sync.reset(seed=1), own.reset(seed=1)
    infos = [{}, {}]
    for _ in range(100):
        for at, envs in enumerate((sync, own)):
            infos[at] = infos[at] or envs.step(np.array([0, 1]))[4]
    for info in infos:
        assert info["final_obs"].dtype == object
        assert info["final_obs"].shape == (2,)
        assert info["_final_obs"].dtype == bool
    assert set(infos[1]) <= set(infos[0])


def test_wrappers_of_gymnasium():
    envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(gymnasium.make_vec("lithe/CartPole", num_envs=4))
    envs.reset(seed=1)
    while not len(envs.return_queue):
        infos = envs.step(np.ones(4, int))[4]
    ended = infos["_episode"]
    assert (infos["episode"]["r"][ended] == infos["episode"]["l"][ended]).all()
    assert (infos["episode"]["l"][ended] >= 8).all()


def test_resets_without_a_seed_differ_and_with_one_do_not():
    for make in (gymnasium.make, gymnasium.make_vec):
        env = make("lithe/CartPole")
        first = env.reset(seed=3)[0]
        assert not np.array_equal(env.reset()[0], first)
        assert np.array_equal(env.reset(seed=3)[0], first)
        assert not np.array_equal(make("lithe/CartPole").reset()[0], make("lithe/CartPole").reset()[0])


def test_arguments_of_environments():
    assert gymnasium.make("lithe/Snake", grid="6x7").reset(seed=1)[0].shape == (6, 7, 3)
    assert gymnasium.make_vec("lithe/Snake", num_envs=2, grid="6x7", observation="features").reset()[0].shape == (2, 11)
    with pytest.raises(lithe.Error, match="grd"):
        gymnasium.make("lithe/Snake", grd="6x7")
    envs = gymnasium.make_vec("lithe/CartPole", num_envs=2)
    for options in ({"seed": [1, 2]}, {"options": {"reset_mask": np.array([True, False])}}):
        with pytest.raises(lithe.Error, match="reset"):
            envs.reset(**options)
    assert len(gymnasium.make_vec("lithe/Pendulum", num_envs=2, render_mode="rgb_array").unwrapped._made) == 2


def test_vectors_are_drawn():
    envs = gymnasium.make_vec("lithe/CartPole", num_envs=2, render_mode="rgb_array")
    envs.reset(seed=1)
    one, other = envs.render()
    assert one.shape == other.shape
    assert not np.array_equal(one, other)


DOCUMENT = Path(__file__).parents[2] / "docs/python-rl.md"


@pytest.mark.skipif(not DOCUMENT.is_file(), reason="the documents are not here")
def test_the_code_of_the_document_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {
        "lithe": lithe,
        "gymnasium": gymnasium,
        "MyEnv": Count,
        "my_vector_env": gymnasium.vector.SyncVectorEnv([Count] * 2, autoreset_mode=AutoresetMode.SAME_STEP),
    }
    for block in re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S):
        exec(block, names)
    assert (tmp_path / "policy.safetensors").is_file()
    assert names["returns"].mean() > 300
    assert names["rewards"].shape == (1024,)
    assert names["env"].reset()[0].shape == (8, 8, 3)
    assert names["env"].render().shape[2] == 3
    assert names["agent"].finished
