"""Gymnasium's environments alone: actions drawn beforehand, episodes begun anew as they end. Prints
the median steps a second of processor time, as bench_environments does for Lithe's."""

import json
import statistics
import time

import gymnasium
import numpy as np

import watch

_ACTION_SETS = 64


def main():
    job = watch.job()
    environments = gymnasium.make_vec(job["environment"], job["count"],
                                      vectorization_mode=job["way"])
    actions = np.random.default_rng(job["seed"]).integers(
        0, environments.single_action_space.n, (_ACTION_SETS, job["count"]))
    environments.reset(seed=job["seed"])
    rates = [_rate(environments, actions, job["seconds"]) for _ in range(job["rounds"])]
    print(json.dumps({"rate": statistics.median(rates),
                      "versions": {"gymnasium": gymnasium.__version__, "numpy": np.__version__}}))


def _rate(environments, actions, seconds):
    begin, steps, passed = time.process_time(), 0, 0.0
    while passed < seconds:
        for chosen in actions:
            environments.step(chosen)
        steps += actions.size
        passed = time.process_time() - begin
    return steps / passed


if __name__ == "__main__":
    main()
