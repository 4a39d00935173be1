"""Q-learning on a grid world, with a log of the episodes."""

import os
import random

WIDTH = 12
EPISODES = 2000
ACTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))


class Log:
    def __init__(self, path):
        self.file = open(path, "w")

    def write(self, text):
        self.file.write(text + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def end_epoch(self):
        pass


class Agent:
    def __init__(self):
        self.values = {(x, y): [0.0] * 4 for x in range(WIDTH) for y in range(WIDTH)}

    def act(self, state, explore):
        values = self.values[state]
        return random.randrange(4) if random.random() < explore else values.index(max(values))

    def learn(self, state, action, reward, after):
        target = reward + 0.95 * max(self.values[after])
        self.values[state][action] += 0.2 * (target - self.values[state][action])


def play(agent):
    state, total = (0, 0), 0.0
    for step in range(200):
        action = agent.act(state, 0.2)
        dx, dy = ACTIONS[action]
        after = (min(max(state[0] + dx, 0), WIDTH - 1), min(max(state[1] + dy, 0), WIDTH - 1))
        reward = 1.0 if after == (WIDTH - 1, WIDTH - 1) else -0.01
        agent.learn(state, action, reward, after)
        state, total = after, total + reward
        if reward > 0:
            break
    return total


def main():
    random.seed(21)
    agent, log = Agent(), Log("episodes.log")
    for epoch in range(6):
        total = 0.0
        for episode in range(EPISODES):
            reward = play(agent)
            log.write(f"epoch {epoch} episode {episode} reward {reward:.3f}")
            total += reward
        log.end_epoch()
        print(f"epoch {epoch + 1} reward {total / EPISODES:.4f}", flush=True)


if __name__ == "__main__":
    main()
