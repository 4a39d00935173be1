#!/usr/bin/env python3
"""A policy that Lithe has trained, run without Lithe: in Gymnasium's environments and dm_control's.

    lithe rl train cartpole
    python3 examples/policy_elsewhere.py cartpole.safetensors CartPole-v1
    python3 examples/policy_elsewhere.py cartpole-swingup.safetensors dm_control/cartpole/swingup

Needs NumPy, and Gymnasium or dm_control. docs/policies.md says what a policy's file holds; `Policy`
reads it, and is all that a program of your own needs.
"""
import argparse
import json
import re
import types

import numpy as np

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
}


def read_safetensors(path):
    """Arrays by name, and the notes that stand beside them."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    notes = header.pop("__metadata__", {})
    types_of = {"F32": np.float32, "F64": np.float64}
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], types_of[entry["dtype"]])
        arrays[name] = values.reshape(entry["shape"])
    return arrays, notes


class Policy:
    def __init__(self, path, space):
        """`space` is the action space of a Gymnasium environment."""
        self.arrays, notes = read_safetensors(path)
        if "lithe.action_space" not in notes:
            raise ValueError(f"{path} is not a policy: it has no action space")
        self.action_space = notes["lithe.action_space"]
        # "input(4) -> standardize -> dense(64, tanh) -> dense(2)": the layers behind the input have
        # the numbers of their arrays, layers.0 and so on.
        _, *layers = notes["lithe.network"].split(" -> ")
        self.layers = [self.layer(i, sentence) for i, sentence in enumerate(layers)]
        if self.action_space == "continuous":  # -1 and 1 are the bounds, if there are any
            self.bounds = space.low, space.high
            bounded = np.isfinite(space.low) & np.isfinite(space.high)
            low, high = np.where(bounded, space.low, -1), np.where(bounded, space.high, 1)
            self.middle, self.half = (low + high) / 2, (high - low) / 2

    def layer(self, number, sentence):
        """What this layer makes of rows of values, as a function."""
        def array(name):
            return self.arrays[f"layers.{number}.{name}"]

        if sentence in ACTIVATIONS:
            return ACTIVATIONS[sentence]
        name, arguments = re.fullmatch(r"(\w+)(?:\((.*)\))?", sentence).groups()
        if name == "flatten":  # an image's rows, columns and channels; they come in one row anyway
            return lambda x: x
        if name == "standardize":
            mean, deviation = array("mean"), array("deviation")
            return lambda x: (x - mean) / deviation
        if name == "dense":
            weight, bias = array("weight"), array("bias")
            # The activation comes behind the number of units; how weights began no longer matters.
            said = re.match(r"\d+, (\w+(?:\([^()]*\))?)(?:,|$)", arguments)
            activation = said.group(1) if said else "identity"
            if activation in ACTIVATIONS:
                function = ACTIVATIONS[activation]
                return lambda x: function(x @ weight + bias)
            name = activation
        raise NotImplementedError(f"{name} is not among the few that this example knows")

    def outputs(self, observations):
        """The outputs of the network, a row for each observation."""
        x = np.asarray(observations, dtype=np.float32)
        x = x.reshape(len(x), -1)
        for layer in self.layers:
            x = layer(x)
        return x

    def act(self, observation):
        """The greedy action."""
        outputs = self.outputs([observation])[0]
        if self.action_space == "discrete":
            return int(outputs.argmax())
        return np.clip(self.middle + self.half * outputs, *self.bounds).astype(np.float32)


class DeepMindControl:
    """A task of dm_control's, asked as Gymnasium's environments are."""

    def __init__(self, domain, task):
        from dm_control import suite
        self.load = lambda **more: suite.load(domain, task, **more)
        self.task = self.load()
        actions = self.task.action_spec()
        self.action_space = types.SimpleNamespace(low=actions.minimum, high=actions.maximum)

    @staticmethod
    def seen(moment):
        return np.concatenate([np.ravel(part) for part in moment.observation.values()])

    def reset(self, seed=None):
        if seed is not None:
            self.task = self.load(task_kwargs={"random": seed})
        return self.seen(self.task.reset()), {}

    def step(self, action):
        moment = self.task.step(action)
        over = moment.last()
        return self.seen(moment), moment.reward, over and moment.discount == 0, over, {}


def make(name):
    if name.startswith("dm_control/"):
        return DeepMindControl(*name.split("/")[1:])
    import gymnasium
    return gymnasium.make(name)


def play(policy, environment, episodes, seed=None):
    """The returns of whole episodes."""
    returns = []
    for _ in range(episodes):
        observation, _ = environment.reset(seed=seed)
        seed = None  # the next ones follow from it
        over, total = False, 0.0
        while not over:
            step = environment.step(policy.act(observation))
            observation, reward, terminated, truncated, _ = step
            total += float(reward)
            over = terminated or truncated
        returns.append(total)
    return np.array(returns)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("policy", help="a file that `lithe rl train` has made")
    parser.add_argument("environment", help="CartPole-v1, dm_control/cartpole/swingup, ...")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    environment = make(options.environment)
    try:
        policy = Policy(options.policy, environment.action_space)
    except (OSError, ValueError, NotImplementedError) as problem:
        parser.error(str(problem))
    returns = play(policy, environment, options.episodes, options.seed)
    error = returns.std() / np.sqrt(len(returns))
    print(f"{options.environment}: mean return {returns.mean():.6g} (standard error {error:.3g}) "
          f"over {len(returns)} episodes")


if __name__ == "__main__":
    main()
