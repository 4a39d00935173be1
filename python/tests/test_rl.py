"""Learning from rewards: the same bits as the command, and what does not fit is told."""

import os
import re
import signal
import subprocess
import sys
import threading

import lithe
import numpy as np
import pytest
from lithe._program import path as program

rl = lithe.rl


def trained(agent="ppo(n_steps=32)", env="cartpole", steps=1000, **options):
    made = rl.Agent(env, agent, **{"n": 4, "seed": 3, "network": "dense(8, tanh)", **options})
    made.train(steps)
    return made


def same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in [*one, *other])


def play_random(env, steps, seed=0):
    """What `steps` random steps gave."""
    draws = np.random.default_rng(seed)
    seen = [(env.reset(),)]
    for _ in range(steps):
        if env.spaces.choices:
            actions = draws.integers(env.spaces.choices, size=env.n)
        else:
            actions = draws.uniform(-1, 1, size=(env.n, len(env.spaces.action_low)))
        seen.append(env.step(actions))
    return seen


def equal(one, other):
    return all(np.array_equal(a, b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right))


def test_gymnasium_is_not_needed():
    code = "import sys, lithe; lithe.rl.PPO('cartpole', steps=1); print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"gymnasium", "sklearn"} & set(done.stdout.split())


# Environments


@pytest.mark.parametrize("name", sorted(rl.environments()))
def test_every_environment_steps(name):
    help, spaces = rl.environments()[name]
    env = rl.make(name, n=3, seed=1)
    assert help
    assert env.name.partition("(")[0] == name
    assert tuple(env.spaces.shape) == tuple(spaces.shape)
    with pytest.raises(lithe.Error, match="before the first reset"):
        env.draw(0)
    for observations, *outcome in play_random(env, 50):
        assert observations.shape == (3, *spaces.shape)
        assert observations.dtype == np.float32
        assert ((spaces.low - 1e-5 <= observations) & (observations <= spaces.high + 1e-5)).all()
        assert [array.dtype for array in outcome] in ([], [np.float32, np.bool_, np.bool_])
    assert env.draw(0).shape[2] == 3


def test_the_seed_alone_decides():
    first = play_random(rl.make("snake(6x6)", n=5, seed=1), 100)
    assert equal(first, play_random(rl.make("snake(6x6)", n=5, seed=1), 100))
    assert not equal(first, play_random(rl.make("snake(6x6)", n=5, seed=2), 100))


def test_episodes_begin_again_in_the_step_that_ends_them():
    env = rl.make("cartpole", n=2, seed=1)
    lengths = np.zeros(2, int)
    env.reset()
    for _ in range(300):
        lengths += 1
        observations, rewards, terminated, truncated = env.step([0, 1])
        for i in np.flatnonzero(terminated | truncated):
            assert abs(observations[i]).max() <= 0.05  # a new episode
            assert abs(env.final_observations[i][2]) > 0.2  # where the pole fell
            assert env.last_episode(i) == (lengths[i], lengths[i])
            lengths[i] = 0
        assert (rewards == 1).all()
    assert env.completed_episodes(0) > 10
    assert env.current_episode(1)[1] == lengths[1]


def test_what_was_returned_stays_as_it_is():
    env = rl.make("pendulum", n=2, seed=1)
    first = env.reset()
    copies = first.copy()
    second, *_ = env.step(np.zeros((2, 1)))
    env.step(np.ones((2, 1)))
    assert np.array_equal(first, copies)
    assert np.array_equal(env.observe(), env.observe())
    assert not np.array_equal(env.observe(), second)


def test_environments_are_saved_and_restored():
    env = rl.make("cartpole", n=3, seed=1)
    play_random(env, 20)
    saved, state = env.save(), env.state(0)
    after = env.step([1, 0, 1])
    env.restore(saved)
    assert np.array_equal(env.state(0), state)
    assert equal([after], [env.step([1, 0, 1])])
    env.set_state(0, [0, 0, 0.1, 0])
    assert env.observe()[0] == pytest.approx([0, 0, 0.1, 0])


@pytest.mark.parametrize(
    "actions", [[0, 2], [0, -1], [0.0, 1.0], [0], [[0, 1]] * 2, [0, 2**32], ["a", "b"], np.array([0, 7], np.int32)]
)
def test_actions_that_do_not_fit_are_refused(actions):
    env = rl.make("cartpole", n=2)
    env.reset()
    before = env.observe()
    with pytest.raises(lithe.Error) as caught:
        env.step(actions)
    assert caught.value.kind == "data"
    assert np.array_equal(env.observe(), before)


def test_continuous_actions_are_clipped_and_must_be_numbers():
    one, other = rl.make("pendulum", n=2, seed=1), rl.make("pendulum", n=2, seed=1)
    one.reset(), other.reset()
    assert equal([one.step([[2.0], [-2.0]])], [other.step(np.array([1e9, -1e9]))])
    for wrong in ([[np.nan], [0]], [[0, 0], [0, 0]]):
        with pytest.raises(lithe.Error, match="action"):
            one.step(wrong)


def test_a_step_before_the_first_reset_and_other_mistakes():
    with pytest.raises(lithe.Error, match="before the first reset"):
        rl.make("cartpole").step([0])
    for wrong, kind in ((("cartpol",), "sentence"), (("cartpole", 0), "usage"), (("cartpole", 1, 0, 0), "usage")):
        with pytest.raises(lithe.Error) as caught:
            rl.make(*wrong)
        assert caught.value.kind == kind
    with pytest.raises(lithe.Error, match="environment 5"):
        rl.make("cartpole", n=2).draw(5)


def test_programs_are_environments():
    one = rl.run(f"{program()} rl serve cartpole", n=2, seed=5)
    assert one.spaces.choices == 2
    assert len(play_random(one, 30)) == 31
    assert equal(play_random(rl.run(f"{program()} rl serve cartpole", n=2, seed=5), 30),
                 play_random(rl.run(f"{program()} rl serve cartpole", n=2, seed=5), 30))  # fmt: skip
    with pytest.raises(lithe.Error) as caught:
        rl.run("exit 3")
    assert caught.value.kind == "machine"


# Agents

AGENTS = {
    "ppo(n_steps=32)": "cartpole",
    "dqn(learning_starts=100)": "cartpole",
    "sac(learning_starts=100, batch_size=16)": "pendulum",
    "reinforce(n_steps=50)": "acrobot",
    "actor_critic": "cartpole",
    "ppo(n_steps=16, normalize_rewards=false)": "snake(5x5)",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_the_command_comes_to_the_same_bits(agent, tmp_path):
    env = AGENTS[agent]
    words = ["rl", "train", "--environment", env, "--agent", agent, "--steps", "1500", "--seed", "7",
             "--environments", "4", "--episodes", "3", "--output", "policy.safetensors"]  # fmt: skip
    done = subprocess.run([str(program()), *words, "--json"], cwd=tmp_path, check=True, capture_output=True, text=True)
    made = rl.Agent(env, agent, n=4, seed=7)
    made.train(1500)
    assert made.finished
    made.save(tmp_path / "own.safetensors")
    assert same(made.policy.model, lithe.Model.load(tmp_path / "policy.safetensors"))
    assert (tmp_path / "own.safetensors").read_bytes() == (tmp_path / "policy.safetensors").read_bytes()
    assert f'"mean_return": {made.evaluate(3)[0].mean():.6g}'[:20] in done.stdout


def test_arguments_are_those_of_the_sentence():
    one = rl.PPO("cartpole", n=4, n_steps=32, normalize_rewards=False, optimizer="adam(1e-3)", seed=3)
    other = rl.Agent("cartpole", "ppo(adam(1e-3), n_steps=32, normalize_rewards=false)", n=4, seed=3)
    one.train(500), other.train(500)
    assert same(one.policy.model, other.policy.model)
    assert repr(one) == "PPO('cartpole', 'ppo(adam, 32, normalize_rewards=false)')"
    with pytest.raises(lithe.Error, match="n_step"):
        rl.PPO("cartpole", n_step=32)


def test_every_agent_has_a_class_that_says_its_arguments():
    classes = {cls._name: cls for cls in vars(rl).values() if isinstance(cls, type) and hasattr(cls, "_name")}
    assert set(classes) == set(lithe.catalogue()["agents"])
    assert "clip_range" in rl.PPO.__doc__
    taken = {"env", "n", "network", "steps", "seed", "threads", "isa", "action_repeat"}
    for text in lithe.catalogue()["agents"].values():
        arguments = set(re.findall(r"(\w+)=", text.partition("\n    ")[0]))
        assert "gamma" in arguments
        assert not arguments & taken


def test_agents_learn():
    agent = rl.PPO("cartpole", n_steps=32, optimizer="adam(3e-3)", seed=1)
    before = trained(steps=1).evaluate(20)[0].mean()
    assert agent.train(50_000).mean_return > 300
    returns, lengths = agent.evaluate(20)
    assert returns.mean() > max(400, 2 * before)
    assert np.array_equal(returns, lengths)


def test_a_training_in_parts_comes_to_the_same_bits():
    whole = trained(steps=1024)
    parts = rl.Agent("cartpole", "ppo(n_steps=32)", n=4, seed=3, network="dense(8, tanh)", steps=1024)
    assert not parts.finished
    reports = []
    parts.train(300, callback=reports.append)
    parts.train()
    assert parts.finished
    assert parts.train() is None
    assert [report.steps for report in reports] == [128, 256, 384]
    assert same(whole.policy.model, parts.policy.model)


def interrupt_before(n):
    """A trace function that raises KeyboardInterrupt before instruction `n` of the agent's methods."""
    left = n

    def trace(frame, event, argument):
        nonlocal left
        if frame.f_code.co_filename != sys.modules[rl.PPO.__module__].__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    return trace


def test_ctrl_c_at_any_moment_leaves_an_agent_that_can_be_trained():
    before = sys.gettrace()
    for n in range(1, 1000):
        agent = rl.PPO("cartpole", n=1, n_steps=2, n_epochs=1, batch_size=2, network="dense(2)", seed=1)
        try:
            sys._getframe().f_trace_opcodes = True  # CPython 3.12 asks here whether any frame has it
            sys.settrace(interrupt_before(n))
            agent.train(4)
        except KeyboardInterrupt:
            sys.settrace(before)
            agent.train(4)
            assert agent.predict(np.zeros((2, 4))).shape == (2,)
        else:
            break
        finally:
            sys.settrace(before)
    assert 50 < n < 999  # instructions


def test_ctrl_c_in_the_first_reset_leaves_the_environments():
    gymnasium = pytest.importorskip("gymnasium")

    class Interrupted(gymnasium.Wrapper):
        resets = 0

        def reset(self, **options):
            Interrupted.resets += 1
            if Interrupted.resets == 2:
                raise KeyboardInterrupt
            return super().reset(**options)

    agent = rl.PPO(rl.GymEnv(lambda: Interrupted(gymnasium.make("CartPole-v1")), n=3), n_steps=2, seed=1)
    with pytest.raises(KeyboardInterrupt):
        agent.train(6)
    assert agent.train(6).steps == 6


def test_reports_and_a_callback_that_ends_the_training():
    reports = []

    def look(report):
        reports.append(report)
        return np.bool_(len(reports) < 3)

    agent = rl.PPO("cartpole", n=4, n_steps=32)
    last = agent.train(10_000, callback=look)
    assert [report.steps for report in reports] == [128, 256, 384]
    assert last.steps == 384
    assert last.iteration_steps == 128
    assert last.episodes > 0
    assert repr(last) == f"AgentReport(steps=384, episodes={last.episodes}, mean_return={last.mean_return:.5g})"
    assert last.mean_return == last.mean_length > 0
    assert 0 < reports[0].metrics["entropy"] <= np.log(2)


def test_states_go_on_to_the_same_bits(tmp_path):
    whole = trained("dqn(learning_starts=100)", steps=4000)
    first = rl.Agent("cartpole", "dqn(learning_starts=100)", n=4, seed=3, network="dense(8, tanh)", steps=4000)
    first.train(2000)
    first.save_state(tmp_path / "run.state")
    second = rl.Agent("cartpole", "dqn(learning_starts=100)", n=4, seed=3, network="dense(8, tanh)")
    second.load_state(tmp_path / "run.state")
    assert second.train().steps == 4000
    assert same(second.policy.model, whole.policy.model)
    other = rl.Agent("cartpole", "dqn", n=4, seed=4)
    with pytest.raises(lithe.Error, match="agent was"):
        other.load_state(tmp_path / "run.state")


def test_policies_act_as_they_were_saved(tmp_path):
    agent = trained("sac(learning_starts=100, batch_size=16)", env="pendulum")
    agent.save(tmp_path / "p.safetensors")
    policy = rl.Policy(tmp_path / "p.safetensors")
    observations = rl.make("pendulum", n=9, seed=5).reset()
    actions = policy.predict(observations)
    assert actions.shape == (9, 1)
    assert (abs(actions) <= 2).all()
    assert np.array_equal(actions, agent.predict(observations))
    assert np.array_equal(policy.predict(observations[4]), actions[4])
    policy.save(tmp_path / "again.safetensors")
    again = rl.Policy(tmp_path / "again.safetensors")
    assert equal([rl.play(policy, "pendulum", 4, n=2)], [rl.play(again, "pendulum", 4, n=2)])


def test_a_policy_does_not_change_when_the_agent_learns_more():
    agent = rl.PPO("cartpole", n=4, n_steps=32, steps=1000)
    before = agent.policy
    weights = before.model["layers.1.weight"]
    agent.train()
    assert np.array_equal(before.model["layers.1.weight"], weights)
    assert not np.array_equal(agent.policy.model["layers.1.weight"], weights)
    assert isinstance(agent.predict(np.zeros(4)), int)


def test_threads_change_no_bit():
    assert same(trained(threads=2).policy.model, trained(threads=1).policy.model)


def test_environments_of_ones_own_choice_are_taken_over():
    env = rl.make("cartpole", n=4, seed=3)
    assert same(trained(env=env).policy.model, trained().policy.model)
    with pytest.raises(lithe.Error, match="belong to an agent"):
        env.step([0] * 4)
    with pytest.raises(lithe.Error, match="belong to an agent"):
        rl.PPO(env)
    with pytest.raises(lithe.Error, match="made already"):
        rl.PPO(rl.make("cartpole", n=4), n=8)


def test_ctrl_c_ends_a_training_with_a_usable_agent():
    agent = rl.DQN("cartpole", learning_starts=100)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        agent.train(10**9)
    assert agent.predict(np.zeros((3, 4))).shape == (3,)
    assert agent.train(1).steps > 0


@pytest.mark.parametrize(
    ("make", "word", "kind"),
    [
        (lambda: rl.Agent("cartpole", "pop"), "pop", "sentence"),
        (lambda: rl.DQN("pendulum", steps=100), "dqn", "usage"),
        (lambda: rl.PPO("cartpole", network="dense(", steps=100), "", "sentence"),
        (lambda: rl.PPO("cartpole", threads=10**6, steps=100), "threads", "usage"),
        (lambda: rl.PPO("cartpole").train(), "number of steps", "usage"),
        (lambda: rl.PPO("cartpole").train(0), "0 steps", "usage"),
        (lambda: rl.PPO("cartpole").predict(np.zeros(4)), "has not been trained", "usage"),
        (lambda: trained().predict(np.zeros(3)), "shape", "data"),
        (lambda: trained().predict([0, 0, np.nan, 0]), "not finite", "data"),
        (lambda: rl.Policy(trained().policy.model, "pendulum"), "discrete", "usage"),
        (lambda: rl.Policy(lithe.Model("input(4) -> dense(2)"), "cartpole"), "not a policy", "model"),
        (lambda: rl.Policy(lithe.Model("input(4) -> dense(2)")), "not one of Lithe's", "usage"),
        (lambda: rl.OnlineAgent(rl.spaces_of((2,), 2), "ppo"), "actor_critic", "usage"),
    ],
)
def test_what_does_not_fit_is_told(make, word, kind):
    with pytest.raises(lithe.Error) as caught:
        make()
    assert word in str(caught.value)
    assert caught.value.kind == kind


def test_a_loop_of_ones_own():
    """The right action is the one that the observation names."""
    agent = rl.OnlineAgent(rl.spaces_of((2,), choices=2), "actor_critic(adam(0.01))", network="dense(8, tanh)")
    draws = np.random.default_rng(0)
    for _ in range(2000):
        observation = np.eye(2)[draws.integers(2)]
        agent.begin(observation)
        agent.learn(float(agent.act() == observation.argmax()), observation, done=True)
    assert np.array_equal(agent.policy.predict(np.eye(2)), [0, 1])


def test_a_policy_with_memory_is_told_where_episodes_begin():
    agent = rl.PPO("cartpole(velocities=false)", n=4, steps=256, n_steps=32, network="gru(8)", seed=1)
    observations = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32) / 10
    with pytest.raises(lithe.Error, match="episode_start=True"):
        agent.policy.predict(observations[0])

    def actions(start):
        return [agent.predict(one, episode_start=start or not i) for i, one in enumerate(observations)]

    remembered = actions(False)
    assert actions(False) == remembered  # the first one begins an episode
    both = [agent.policy.predict(np.stack([one, one]), episode_start=[not i] * 2) for i, one in enumerate(observations)]
    assert [tuple(pair) for pair in both] == [(one, one) for one in remembered]
    with pytest.raises(lithe.Error, match="shape"):
        agent.predict(observations[0], episode_start=[True, False])
