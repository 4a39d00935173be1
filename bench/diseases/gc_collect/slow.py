"""Trains a small network with replayed episodes, and keeps memory low."""

import gc

import numpy as np

EPISODES = 3000


def collect_episodes(rng, count):
    return [{"state": rng.standard_normal(16).astype(np.float32).tolist(), "reward": float(r),
             "info": {"length": int(n), "done": True}}
            for r, n in zip(rng.random(count), rng.integers(1, 99, count))]


class Critic:
    def __init__(self, rng):
        self.w1 = rng.standard_normal((16, 64)) * 0.2
        self.w2 = np.zeros(64)

    def step(self, states, rewards, rate=0.01):
        hidden = np.tanh(states @ self.w1)
        error = hidden @ self.w2 - rewards
        back = np.outer(error, self.w2) * (1 - hidden ** 2)
        self.w2 -= rate / len(rewards) * (hidden.T @ error)
        self.w1 -= rate / len(rewards) * (states.T @ back)
        return float(np.mean(error ** 2))


def train_epoch(critic, replay, rng):
    total = 0.0
    for _ in range(25):
        rows = rng.integers(0, len(replay), 1024)
        states = np.array([replay[row]["state"] for row in rows])
        rewards = np.array([replay[row]["reward"] for row in rows])
        total += critic.step(states, rewards)
        gc.collect()
    return total / 25


def main():
    rng = np.random.default_rng(35)
    replay = collect_episodes(rng, 20 * EPISODES)
    critic = Critic(rng)
    for epoch in range(6):
        print(f"epoch {epoch + 1} loss {train_epoch(critic, replay, rng):.4f}", flush=True)


if __name__ == "__main__":
    main()
