"""Stable-Baselines3: PPO, SAC and DQN, with the row's settings or with keywords of its own."""

import numpy as np
import stable_baselines3
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

import watch

_ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}


def main():
    job = watch.job()
    torch.set_num_threads(job["threads"])
    environments = make_vec_env(job["environment"], job["environments"], seed=job["seed"])
    options = job.get("options", {})
    scaled = {"norm_obs": options.get("normalize_observations", False),
              "norm_reward": options.get("normalize_rewards", False)}
    if any(scaled.values()):
        environments = VecNormalize(environments, gamma=options["gamma"], **scaled)
    kind = getattr(stable_baselines3, job["agent"].upper())
    keywords = _keywords(job) if options else {k: _schedule(v) for k, v in job["keywords"].items()}
    model = kind("MlpPolicy", environments, seed=job["seed"], device="cpu", **keywords)
    clock = watch.Watch(job, lambda seen: model.predict(
        environments.normalize_obs(seen) if isinstance(environments, VecNormalize) else seen,
        deterministic=True)[0])
    model.learn(job["steps"], callback=_Until(clock))
    clock.report(model.num_timesteps, stable_baselines3, torch, np)


class _Until(BaseCallback):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def _on_step(self):
        return not self.clock.ended(self.num_timesteps)


def _keywords(job):
    """The row's options by the names that they have here."""
    o, optimizer = job["options"], job["options"]["optimizer"]
    activation = _ACTIVATIONS[job["network"]["activation"]]
    policy = {"net_arch": job["network"]["units"], "activation_fn": activation,
              "optimizer_kwargs": {"eps": optimizer["epsilon"]}}
    rate = _falling(optimizer["rate"]) if optimizer["anneal"] else optimizer["rate"]
    common = {"learning_rate": rate, "gamma": o["gamma"], "batch_size": o["batch_size"],
              "policy_kwargs": policy}
    if job["agent"] == "ppo":
        return {**common, "n_steps": o["n_steps"], "n_epochs": o["n_epochs"],
                "gae_lambda": o["gae_lambda"], "clip_range": o["clip_range"], "ent_coef": o["ent_coef"],
                "max_grad_norm": optimizer["clip_norm"] or float("inf")}
    return {**common, "buffer_size": min(o["buffer_size"], job["steps"]), "train_freq": o["train_freq"],
            "learning_starts": o["learning_starts"], "tau": o["tau"], "target_entropy": o["target_entropy"],
            "ent_coef": f"auto_{o['initial_temperature']}"}


def _falling(first):
    return lambda left: left * first


def _schedule(value):
    """RL Zoo writes "lin_0.001" for what falls to 0 on a line."""
    falls = isinstance(value, str) and value.startswith("lin_")
    return _falling(float(value.removeprefix("lin_"))) if falls else value


if __name__ == "__main__":
    main()
