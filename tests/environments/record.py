#!/usr/bin/env python3
"""Records trajectories of the environments that Lithe rebuilt, from the packages themselves.

    make rl-peers                                          # installs them into build/rl-peers
    build/rl-peers/bin/python tests/environments/record.py

writes golden/NAME.json beside this file: {"from": the packages, "trajectories": [{"environment",
"state", "actions", "observations", "rewards", "terminated"}, ...]}. A trajectory begins in a state
that is set, not drawn, and goes on for 200 steps (the swing-up's 100), or to its end.
"""
import json
import math
import os
import pathlib
from importlib.metadata import version

os.environ["MUJOCO_GL"] = "disable"  # nothing is drawn

import gymnasium
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "golden"


def balance(state, step):
    """Keeps a cart-pole upright for some time, and lets it fall in between."""
    x, v, a, w = state
    return int(a + 0.3 * w + 0.02 * x + 0.05 * v > 0) if step % 41 < 38 else step % 2


def record_gymnasium(name, environment, state, act, steps=200):
    env = gymnasium.make(environment).unwrapped
    env.reset(seed=0)
    env.state = np.array(state)
    result = {"environment": name, "state": [float(v) for v in state], "actions": [], "observations": [],
              "rewards": [], "terminated": []}
    for step in range(steps):
        action = act(env.state, step)
        given = action if isinstance(env.action_space, gymnasium.spaces.Discrete) else np.array(
            [action], dtype=np.float32)
        observation, reward, terminated, _, _ = env.step(given)
        result["actions"].append(action if isinstance(action, int) else float(np.float32(action)))
        result["observations"].append([float(v) for v in observation])
        result["rewards"].append(float(reward))
        result["terminated"].append(bool(terminated))
        if terminated:
            break
    return result


def record_swingup(task, state, act, steps=100):
    """state: position, angle, velocity, angular velocity."""
    from dm_control import suite
    env = suite.load("cartpole", task, task_kwargs={"random": 0})
    env.reset()
    physics = env.physics
    with physics.reset_context():
        physics.data.qpos[:] = state[:2]
        physics.data.qvel[:] = state[2:]
    name = "cartpole_swingup(sparse=true)" if task == "swingup_sparse" else "cartpole_swingup"
    result = {"environment": name, "state": state, "actions": [], "observations": [], "rewards": [],
              "terminated": []}
    for step in range(steps):
        action = float(np.float32(act(np.concatenate([physics.data.qpos, physics.data.qvel]), step)))
        timestep = env.step([action])
        seen = np.concatenate([timestep.observation["position"], timestep.observation["velocity"]])
        result["actions"].append(action)
        result["observations"].append([float(v) for v in seen])
        result["rewards"].append(float(timestep.reward))
        result["terminated"].append(False)
    return result


def hold(s, step):
    """A linear feedback that holds the swing-up's pole for a while."""
    angle = (s[1] + math.pi) % (2 * math.pi) - math.pi
    return max(-1.0, min(1.0, 2.5 * angle + 0.5 * s[3] + 0.05 * s[0] + 0.1 * s[2]))


def wave(strength, period):
    return lambda state, step: strength * math.sin(2 * math.pi * step / period)


def write(name, trajectories, packages):
    FOLDER.mkdir(exist_ok=True)
    said = ", ".join(f"{p} {version(p)}" for p in packages)
    rows = ",\n".join(json.dumps(t) for t in trajectories)
    (FOLDER / f"{name}.json").write_text(f'{{"from": "{said}", "trajectories": [\n{rows}]}}\n')
    print(name, [len(t["actions"]) for t in trajectories])


def main():
    random = np.random.default_rng(1)
    choices = random.integers(0, 3, 1000).tolist()
    any_of_three = lambda state, step: choices[step]
    write("cartpole", [
        record_gymnasium("cartpole", "CartPole-v1", [0.01, -0.02, 0.03, 0.04], balance),
        record_gymnasium("cartpole", "CartPole-v1", [2.0, 0.5, -0.1, 0.6], balance),
        record_gymnasium("cartpole", "CartPole-v1", [0.0, 0.0, 0.0, 0.0], lambda s, i: 1),
    ], ["gymnasium"])
    write("pendulum", [
        record_gymnasium("pendulum", "Pendulum-v1", [3.0, 0.5], wave(1.5, 40)),
        record_gymnasium("pendulum", "Pendulum-v1", [-0.4, -1.0], wave(3.0, 23)),
        record_gymnasium("pendulum", "Pendulum-v1", [1.0, 7.5], lambda s, i: 2.0),
    ], ["gymnasium"])
    write("acrobot", [
        record_gymnasium("acrobot", "Acrobot-v1", [0.05, -0.03, 0.02, 0.08], any_of_three),
        record_gymnasium("acrobot", "Acrobot-v1", [1.5, 0.5, 1.0, -2.0],
                         lambda s, i: 2 if s[3] > 0 else 0),
        record_gymnasium("acrobot", "Acrobot-v1", [0.1, 0.1, 0.0, 0.0],
                         lambda s, i: 2 if s[2] > 0 else 0),
    ], ["gymnasium"])
    write("mountain_car", [
        record_gymnasium("mountain_car", "MountainCar-v0", [-0.5, 0.0],
                         lambda s, i: 2 if s[1] >= 0 else 0),
        record_gymnasium("mountain_car", "MountainCar-v0", [-1.1, -0.06], any_of_three),
        record_gymnasium("mountain_car_continuous", "MountainCarContinuous-v0",
                         np.array([-0.45, 0.0], dtype=np.float32), lambda s, i: 1.0 if s[1] >= 0 else -0.9),
        record_gymnasium("mountain_car_continuous", "MountainCarContinuous-v0",
                         np.array([-0.55, 0.01], dtype=np.float32), wave(1.4, 60)),
    ], ["gymnasium"])
    write("cartpole_swingup", [
        record_swingup("swingup", [0.01, math.pi + 0.02, 0.01, -0.01], wave(0.6, 50)),
        record_swingup("swingup", [0.0, 2.0, 0.3, -3.0], wave(-0.3, 30)),
        record_swingup("swingup", [0.2, 0.05, 0.0, 0.0], hold),
        record_swingup("swingup_sparse", [0.1, 0.1, 0.0, -0.2], hold),
        record_swingup("swingup", [1.6, 3.0, 2.0, 1.0], lambda s, i: 1.0),  # into the stop
        record_swingup("swingup", [-1.7, 0.5, -4.0, 0.0], wave(1.0, 20)),   # and the other
    ], ["dm_control", "mujoco"])


if __name__ == "__main__":
    main()
