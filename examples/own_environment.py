#!/usr/bin/env python3
"""An environment of your own, in any language: a program that answers lines of JSON.

    lithe rl play --env-command "python3 examples/own_environment.py" --policy random

Lithe starts as many of these programs as it wants environments, writes a line to the standard input
of each and waits for one on its standard output. docs/environments.md says what the lines hold. Only
the standard library is needed.

The world: a ship on a line, the harbour at 0. It is pushed by wind, and has three actions: left,
drift, right. Every step costs a tenth of the distance; arriving is worth 10 and ends the episode.
"""
import json
import random
import sys

FARTHEST = 10.0


class Ship:
    """What follows is all that you write: spaces, reset, step, and the state between steps."""

    def spaces(self):
        return {
            "observation": {"shape": [2], "low": [-FARTHEST, -1], "high": [FARTHEST, 1]},
            "action": {"n": 3},
            "step_limit": 100,
            "state_size": 3,  # left out: it cannot be saved, nor training resumed
        }

    def reset(self, seed):
        self.seed, self.steps = seed, 0
        self.place = random.Random(seed).uniform(-FARTHEST, FARTHEST)
        return {"observation": self.observe()}

    def step(self, action):
        self.place += 0.5 * (action - 1) + 0.2 * self.wind()
        self.place = min(max(self.place, -FARTHEST), FARTHEST)
        self.steps += 1
        arrived = abs(self.place) < 0.5
        reward = 10.0 if arrived else -0.1 * abs(self.place)
        return {"observation": self.observe(), "reward": reward, "terminated": arrived}

    def save(self):
        return {"state": [self.place, self.seed, self.steps]}

    def restore(self, state):
        self.place, self.seed, self.steps = state[0], int(state[1]), int(state[2])
        return {"observation": self.observe()}

    def wind(self):
        """A function of seed and step, so that saving them saves the wind that is yet to blow."""
        return random.Random(self.seed * 1000003 + self.steps).uniform(-1, 1)

    def observe(self):
        return [self.place, self.wind()]


def main():
    ship = Ship()
    for line in sys.stdin:  # ends when Lithe closes it
        message = json.loads(line)
        command = message.pop("command")
        answer = getattr(ship, command)(**message)
        print(json.dumps(answer), flush=True)  # nothing else goes to standard output


if __name__ == "__main__":
    main()
