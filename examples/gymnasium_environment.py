#!/usr/bin/env python3
"""Lithe's environments as Gymnasium's: a thin wrapper of `lithe rl serve`.

    environment = LitheEnv("snake(8x8)")            # or LitheEnv("pendulum", lithe="path/to/lithe")
    observation, _ = environment.reset(seed=1)
"""
import json
import subprocess

import gymnasium
import numpy as np


class LitheEnv(gymnasium.Env):
    def __init__(self, sentence, lithe="lithe"):
        self.program = subprocess.Popen([lithe, "rl", "serve", sentence], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        spaces = self.ask("spaces")
        observation, action = spaces["observation"], spaces["action"]
        self.observation_space = self.box(observation, observation["shape"])
        self.action_space = (gymnasium.spaces.Discrete(action["n"]) if "n" in action
                             else self.box(action, [len(action["low"])]))

    @staticmethod
    def box(bounds, shape):
        def filled(key, none):
            values = [none if value is None else value for value in bounds[key]]
            return np.array(values, dtype=np.float32).reshape(shape)
        return gymnasium.spaces.Box(filled("low", -np.inf), filled("high", np.inf), dtype=np.float32)

    def ask(self, command, **more):
        self.program.stdin.write(json.dumps({"command": command, **more}) + "\n")
        self.program.stdin.flush()
        line = self.program.stdout.readline()
        if not line:
            raise RuntimeError("lithe has ended; its words are on standard error")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer

    def seen(self, answer):
        values = np.array(answer["observation"], dtype=np.float32)
        return values.reshape(self.observation_space.shape)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.seen(self.ask("reset", **({} if seed is None else {"seed": seed}))), {}

    def step(self, action):
        given = np.asarray(action).tolist()
        answer = self.ask("step", action=given)
        return self.seen(answer), answer["reward"], answer["terminated"], answer["truncated"], {}

    def close(self):
        self.program.stdin.close()
        self.program.stdout.close()
        self.program.wait()
