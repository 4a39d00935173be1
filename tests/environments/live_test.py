#!/usr/bin/env python3
"""Lithe's environments against Gymnasium and dm_control themselves, and Gymnasium's own checks.

    live_test.py LITHE

Run by ctest with the Python of build/rl-peers (`make rl-peers`); skipped, with exit status 77, where
that is missing. tests/environments/golden_test.cc holds them to recorded trajectories anyway.
"""
import os
import pathlib
import sys
import unittest
import warnings

os.environ["MUJOCO_GL"] = "disable"  # nothing is drawn
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
try:
    import gymnasium
    import numpy as np
    from gymnasium.utils.env_checker import check_env
    from dm_control import suite
    from gymnasium_environment import LitheEnv
except ImportError as missing:
    print(f"skipped: {missing} (make rl-peers installs it)")
    sys.exit(77)

LITHE = sys.argv.pop(1)
SAME = {"cartpole": "CartPole-v1", "pendulum": "Pendulum-v1", "acrobot": "Acrobot-v1",
        "mountain_car": "MountainCar-v0", "mountain_car_continuous": "MountainCarContinuous-v0"}


class Live(unittest.TestCase):
    def lithe(self, sentence):
        environment = LitheEnv(sentence, LITHE)
        self.addCleanup(environment.close)
        return environment

    def test_gymnasium_s_own_check(self):
        for sentence in [*SAME, "cartpole_swingup", "snake", "snake(5x7, observation=features)",
                         "grid_world(4x4, slip=0.2)"]:
            with self.subTest(sentence), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # hints on style, such as bounds that are infinite
                check_env(self.lithe(sentence), skip_render_check=True)

    def test_spaces(self):
        for ours, theirs in SAME.items():
            with self.subTest(ours):
                mine, its = self.lithe(ours), gymnasium.make(theirs)
                self.assertEqual(mine.observation_space, its.observation_space)
                if isinstance(its.action_space, gymnasium.spaces.Discrete):
                    self.assertEqual(mine.action_space.n, its.action_space.n)
                else:
                    self.assertEqual(mine.action_space, its.action_space)
                self.assertEqual(mine.ask("spaces")["step_limit"], its.spec.max_episode_steps)

    def test_trajectories(self):
        for ours, theirs in SAME.items():
            mine, its = self.lithe(ours), gymnasium.make(theirs).unwrapped
            its.action_space.seed(1)
            for seed in range(5):
                with self.subTest(ours, seed=seed):
                    mine.reset(seed=seed)
                    its.reset(seed=seed)
                    state = mine.ask("save")["state"]
                    its.state = np.array(state, dtype=np.float32 if "continuous" in ours else None)
                    self.follow(mine, its, 200)

    def follow(self, mine, its, steps):
        for step in range(steps):
            action = its.action_space.sample()
            seen, reward, terminated, truncated, _ = mine.step(action)
            wanted, wanted_reward, wanted_terminated, _, _ = its.step(action)
            np.testing.assert_allclose(seen, wanted, rtol=0, atol=1e-5, err_msg=f"step {step}")
            np.testing.assert_allclose(reward, wanted_reward, rtol=0, atol=1e-5)
            self.assertEqual(terminated, wanted_terminated)
            if terminated or truncated:
                return

    def test_swing_up(self):
        for sentence, task in [("cartpole_swingup", "swingup"),
                               ("cartpole_swingup(sparse=true)", "swingup_sparse")]:
            its, mine = suite.load("cartpole", task), self.lithe(sentence)
            random = np.random.default_rng(3)
            for seed in range(5):
                mine.reset(seed=seed)
                its.reset()
                state = mine.ask("save")["state"]
                with its.physics.reset_context():
                    its.physics.data.qpos[:], its.physics.data.qvel[:] = state[:2], state[2:]
                for step in range(100):
                    action = random.uniform(-1, 1, 1).astype(np.float32)
                    seen, reward, _, _, _ = mine.step(action)
                    moment = its.step(action)
                    wanted = np.concatenate([moment.observation["position"],
                                             moment.observation["velocity"]])
                    np.testing.assert_allclose(seen, wanted, rtol=0, atol=1e-4,
                                               err_msg=f"{task}, seed {seed}, step {step}")
                    np.testing.assert_allclose(reward, moment.reward, rtol=0, atol=1e-4)


if __name__ == "__main__":
    unittest.main()
