"""PPO as a plain loop in PyTorch, in the manner of CleanRL's scripts: one file, no library between
the paper and the tensors, environments stepped one after the other by SyncVectorEnv.

Two networks, one Adam for both; actions are discrete, or continuous with a learned standard deviation.
"""

import gymnasium
import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from torch import nn
from torch.distributions import Categorical, Normal

import watch

_ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}
_UNTOLD = {"units": [64, 64], "activation": "tanh"}


class Moments:
    """Mean and variance of all rows seen."""

    def __init__(self, shape):
        self.mean, self.variance, self.count = np.zeros(shape), np.ones(shape), 1e-4

    def add(self, rows):
        count = self.count + len(rows)
        distance = rows.mean(0) - self.mean
        squares = (self.variance * self.count + rows.var(0) * len(rows)
                   + distance**2 * self.count * len(rows) / count)
        self.mean = self.mean + distance * len(rows) / count
        self.variance, self.count = squares / count, count


class Agent(nn.Module):
    def __init__(self, observations, actions, network):
        super().__init__()
        self.choice = isinstance(actions, gymnasium.spaces.Discrete)
        outputs = int(actions.n) if self.choice else int(np.prod(actions.shape))
        inputs = int(np.prod(observations.shape))
        self.policy = _layers(inputs, network, outputs, 0.01)
        self.value = _layers(inputs, network, 1, 1.0)
        if not self.choice:
            self.log_deviation = nn.Parameter(torch.zeros(outputs))

    def actions(self, seen):
        """The distribution of what to do."""
        out = self.policy(seen)
        return Categorical(logits=out) if self.choice else Normal(out, self.log_deviation.exp())

    def greedy(self, seen):
        out = self.policy(seen)
        return out.argmax(1) if self.choice else out


def _layers(inputs, network, outputs, gain):
    layers = []
    for units in network["units"]:
        layers += [_started(nn.Linear(inputs, units), 2**0.5),
                   _ACTIVATIONS[network["activation"]]()]
        inputs = units
    return nn.Sequential(*layers, _started(nn.Linear(inputs, outputs), gain))


def _started(layer, gain):
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


class Ppo:
    def __init__(self, job):
        self.job, self.o = job, job["options"]
        torch.set_num_threads(job["threads"])
        torch.manual_seed(job["seed"])
        self.environments = gymnasium.make_vec(
            job["environment"], job["environments"], vectorization_mode="sync",
            vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP})
        self.space = self.environments.single_action_space
        self.agent = Agent(self.environments.single_observation_space, self.space,
                           job.get("network", _UNTOLD))
        self.optimizer = torch.optim.Adam(self.agent.parameters(), eps=self._adam["epsilon"])
        self.seen = Moments(self.environments.single_observation_space.shape)
        self.gains, self.gain = Moments(()), np.zeros(job["environments"])
        self.rows = job["environments"] * self.o["n_steps"]
        self.now, _ = self.environments.reset(seed=job["seed"])

    @property
    def _adam(self):
        return self.o["optimizer"]

    def run(self):
        clock, steps = watch.Watch(self.job, self.greedy), 0
        while steps < self.job["steps"] and not clock.ended(steps):
            left = 1 - steps / self.job["steps"] if self._adam["anneal"] else 1
            self.optimizer.param_groups[0]["lr"] = self._adam["rate"] * left
            self.learn(*self.act())
            steps += self.rows
        clock.report(steps, torch, np)

    def greedy(self, observations):
        with torch.no_grad():
            return self._bounded(self.agent.greedy(self._scaled(observations)).numpy())

    def act(self):
        """A round: observations, actions, log densities, advantages and returns, a row each."""
        kept = []
        for _ in range(self.o["n_steps"]):
            if self.o["normalize_observations"]:
                self.seen.add(self.now)
            seen = self._scaled(self.now)
            with torch.no_grad():
                likely = self.agent.actions(seen)
                action, value = likely.sample(), self.agent.value(seen)[:, 0]
            self.now, reward, terminated, truncated, told = self.environments.step(
                self._bounded(action.numpy()))
            ended = terminated | truncated
            reward = self._reward(reward, ended)
            if truncated.any():  # what would have followed is told from the last state
                last = np.stack(told["final_obs"][truncated])
                with torch.no_grad():
                    after = self.agent.value(self._scaled(last))[:, 0].numpy()
                reward[truncated] += self.o["gamma"] * after
            kept.append((seen, action, self._density(likely, action), value,
                         torch.as_tensor(reward, dtype=torch.float32),
                         torch.as_tensor(~ended, dtype=torch.float32)))
        seen, action, density, value, reward, goes_on = map(torch.stack, zip(*kept))
        advantage = self._advantages(value, reward, goes_on)
        return [rows.flatten(0, 1) for rows in (seen, action, density, advantage,
                                                advantage + value)]

    def learn(self, seen, action, density, advantage, returns):
        clip = self.o["clip_range"]
        for _ in range(self.o["n_epochs"]):
            for rows in torch.randperm(self.rows).split(self.o["batch_size"]):
                likely = self.agent.actions(seen[rows])
                ratio = (self._density(likely, action[rows]) - density[rows]).exp()
                a = advantage[rows]
                a = (a - a.mean()) / (a.std() + 1e-8)
                gain = torch.min(ratio * a, ratio.clamp(1 - clip, 1 + clip) * a).mean()
                error = (self.agent.value(seen[rows])[:, 0] - returns[rows]).square().mean() / 2
                loss = error / 2 - gain - self.o["ent_coef"] * likely.entropy().mean()
                self.optimizer.zero_grad()
                loss.backward()
                if self._adam["clip_norm"]:
                    nn.utils.clip_grad_norm_(self.agent.parameters(), self._adam["clip_norm"])
                self.optimizer.step()

    def _advantages(self, value, reward, goes_on):
        with torch.no_grad():
            after = self.agent.value(self._scaled(self.now))[:, 0]
        advantage, sum_of_them = torch.zeros_like(value), torch.zeros_like(after)
        for t in reversed(range(len(value))):
            error = reward[t] + self.o["gamma"] * goes_on[t] * after - value[t]
            sum_of_them = error + (self.o["gamma"] * self.o["gae_lambda"] * goes_on[t]
                                   * sum_of_them)
            advantage[t], after = sum_of_them, value[t]
        return advantage

    def _scaled(self, observations):
        if self.o["normalize_observations"]:
            observations = (observations - self.seen.mean) / np.sqrt(self.seen.variance + 1e-8)
        return torch.as_tensor(observations, dtype=torch.float32)

    def _reward(self, reward, ended):
        if not self.o["normalize_rewards"]:
            return reward
        self.gain = self.o["gamma"] * self.gain + reward
        self.gains.add(self.gain)
        self.gain[ended] = 0
        return reward / np.sqrt(self.gains.variance + 1e-8)

    def _density(self, likely, action):
        found = likely.log_prob(action)
        return found if self.agent.choice else found.sum(-1)

    def _bounded(self, action):
        return action if self.agent.choice else np.clip(action, self.space.low, self.space.high)


if __name__ == "__main__":
    Ppo(watch.job()).run()
