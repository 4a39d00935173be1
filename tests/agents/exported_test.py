#!/usr/bin/env python3
"""Policies that Lithe has trained, run without Lithe in Gymnasium's environments and dm_control's.

    exported_test.py LITHE

Run by ctest with the Python of build/rl-peers (`make rl-peers`); skipped, with exit status 77,
where that is missing. What acts is the example of docs/policies.md, which reads the policy's file
itself.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

os.environ["MUJOCO_GL"] = "disable"  # nothing is drawn
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))
try:
    import dm_control  # noqa: F401
    import gymnasium  # noqa: F401
    import numpy as np
    from gymnasium_environment import LitheEnv
    import policy_elsewhere as elsewhere
except ImportError as missing:
    print(f"skipped: {missing} (make rl-peers installs it)")
    sys.exit(77)

LITHE = sys.argv.pop(1)
SEED = "17"
SMALL, LARGE = (f"dense({n}, tanh) -> dense({n}, tanh)" for n in (32, 64))
# Lithe's environments: what the others call them, the episodes played from Lithe's starts and from
# their own, and what trains in a second. Own episodes are so many that 5% of their mean is more
# than 2.5 standard errors, and the pole of the cart-pole still falls now and then.
TRAININGS = {
    "cartpole": ("CartPole-v1", 100, 300,
                 ["64", "ppo(adam(0.003), n_steps=32, batch_size=512, n_epochs=4)", "20000", SMALL]),
    "pendulum": ("Pendulum-v1", 100, 1000,
                 ["16", "ppo(adam(linear(0.005)), n_steps=64, batch_size=256, n_epochs=2, gamma=0.95)",
                  "300000", LARGE]),
    "cartpole_swingup": ("dm_control/cartpole/swingup", 10, 10,
                         ["16", "ppo(adam(linear(0.002)), n_steps=256, batch_size=256, n_epochs=6, "
                          "ent_coef=0.01)", "300000", SMALL]),
}
# One of each kind of file: standardized and not, discrete and continuous, pictures, a dueling network.
NETWORKS = {
    "cartpole": ["4", "ppo(n_steps=32, batch_size=64)", "500", "dense(24, tanh) -> dense(8)"],
    "pendulum": ["1", "sac(learning_starts=50, batch_size=50, buffer_size=1000)", "200", "dense(16, relu)"],
    "snake(5x5)": ["4", "dqn(learning_starts=100, dueling=true)", "500", "flatten -> dense(16, relu)"],
    "mountain_car": ["2", "actor_critic", "500", ""],
    "mountain_car_continuous": ["2", "reinforce(n_steps=100)", "1000", "dense(8, sigmoid) -> tanh"],
}


def lithe(*arguments):
    return subprocess.run([LITHE, *arguments], capture_output=True, text=True, check=True).stdout


def standard_error(returns):
    return returns.std() / np.sqrt(len(returns))


class Starting:
    """An environment whose episodes begin in these states, one after the other."""

    def __init__(self, environment, states):
        self.environment, self.states = environment, iter(states)
        self.action_space, self.step = environment.action_space, environment.step

    def reset(self, seed=None):
        self.environment.reset(seed=seed)
        return self.put(next(self.states)), {}

    def put(self, state):
        if isinstance(self.environment, elsewhere.DeepMindControl):
            task = self.environment.task
            with task.physics.reset_context():
                task.physics.data.qpos[:], task.physics.data.qvel[:] = state[:2], state[2:]
            seen = task.task.get_observation(task.physics)
            return np.concatenate([seen["position"], seen["velocity"]])
        bare = self.environment.unwrapped
        bare.state = np.array(state)
        return bare.state.astype(np.float32) if len(state) == 4 else bare._get_obs()


class Exported(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)

    def trained(self, environment, environments, agent, steps, network):
        path = str(self.folder / "policy.safetensors")
        lithe("rl", "train", "--environment", environment, "--environments", environments,
              "--agent", agent, "--steps", steps, "--network", network, "--episodes", "1",
              "--output", path)
        return path

    def starts(self, environment, episodes):
        """The states in which `lithe rl evaluate --environments 1 --seed SEED` begins."""
        served = LitheEnv(environment, LITHE)
        try:
            served.reset(seed=int(SEED))
            states = []
            for _ in range(episodes):
                states.append(served.ask("save")["state"])
                served.reset()
            return states
        finally:
            served.close()

    def reported(self, path, episodes, *more):
        return json.loads(lithe("rl", "evaluate", path, "--json", "--episodes", str(episodes),
                                "--seed", SEED, *more))

    def test_networks(self):
        for environment, training in NETWORKS.items():
            with self.subTest(environment):
                path = self.trained(environment, *training)
                served = LitheEnv(environment, LITHE)
                served.close()
                policy = elsewhere.Policy(path, served.action_space)
                columns = int(np.prod(served.observation_space.shape))
                seen = np.random.default_rng(5).normal(size=(50, columns)).astype(np.float32)
                np.save(self.folder / "seen.npy", seen)
                rows = json.loads(lithe("predict", path, str(self.folder / "seen.npy"), "--json"))
                wanted = np.array([row["outputs"] for row in rows])
                np.testing.assert_allclose(policy.outputs(seen), wanted, rtol=0, atol=1e-5)

    def test_what_it_cannot_run(self):
        path = self.trained("cartpole", "1", "actor_critic", "10", "dense(4, elu)")
        with self.assertRaisesRegex(NotImplementedError, "elu"):
            elsewhere.Policy(path, None)
        other = self.folder / "other.safetensors"
        header = b'{"__metadata__": {"format": "pt"}}'
        other.write_bytes(len(header).to_bytes(8, "little") + header)
        with self.assertRaisesRegex(ValueError, "not a policy"):
            elsewhere.Policy(other, None)

    def test_as_its_users_run_it(self):
        path = self.trained("pendulum", "1", "actor_critic", "10", "dense(4, relu)")
        out = subprocess.run([sys.executable, EXAMPLES / "policy_elsewhere.py", path, "Pendulum-v1",
                              "--episodes", "2"], capture_output=True, text=True, check=True).stdout
        self.assertRegex(out, r"Pendulum-v1: mean return -\d.* over 2 episodes\n")

    def test_returns(self):
        for ours, (theirs, same, own, training) in TRAININGS.items():
            with self.subTest(ours):
                path = self.trained(ours, *training)
                environment = elsewhere.make(theirs)
                policy = elsewhere.Policy(path, environment.action_space)
                starting = Starting(environment, self.starts(ours, same))
                paired = elsewhere.play(policy, starting, same)
                self.agree(paired, self.reported(path, same, "--environments", "1"), 0.01,
                           f"{theirs}, from the same {same} starts")
                returns = elsewhere.play(policy, environment, own, seed=0)
                reported = self.reported(path, 5 * own)
                self.agree(returns, reported, 0.05, f"{theirs}, from {own} starts of its own")
                self.assertLess(2.5 * standard_error(returns), 0.05 * abs(reported["mean_return"]))

    def agree(self, returns, reported, share, what):
        mean, wanted = returns.mean(), reported["mean_return"]
        error = standard_error(returns)
        print(f"{what}: {mean:.6g} (standard error {error:.3g}), Lithe {wanted:.6g}", flush=True)
        self.assertLess(abs(mean - wanted), share * abs(wanted))


if __name__ == "__main__":
    unittest.main()
