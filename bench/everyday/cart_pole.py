"""Learns to balance a pole with Stable-Baselines3."""

import gymnasium
from stable_baselines3 import PPO


def main():
    environment = gymnasium.make("CartPole-v1")
    model = PPO("MlpPolicy", environment, seed=1)
    model.learn(total_timesteps=20_000)
    print(f"{model.num_timesteps} steps")


if __name__ == "__main__":
    main()
