"""What the peers' scripts share: the job, the clock, and how a policy is judged.

    python3 SCRIPT '{"environment": "CartPole-v1", "agent": "ppo", "environments": 8, ...}'

The argument is a job (bench/rl/subjects.py makes it). What is printed is one line of JSON: `steps`,
`seconds` (evaluations included, imports not), `training_seconds`, `score` (the mean return of the
last evaluation), `finished` (false where its time or its steps were up before that), `versions`.
"""

import json
import sys
import time

import gymnasium
import numpy as np

_JUDGED_BY = 1_000_000  # seeds of the episodes that judge, far from those that are learned from


def job():
    return json.loads(sys.argv[1])


class Watch:
    """Evaluates now and then, and says when to end: the mean return is reached, the steps are done,
    or the time is up. `policy` answers greedy actions for rows of observations."""

    def __init__(self, job, policy):
        self.job, self.policy = job, policy
        self.begin, self.evaluating = time.perf_counter(), 0.0
        self.used = time.process_time()
        self.next, self.score, self.finished = job["evaluate_every"] or float("inf"), None, False

    def ended(self, steps):
        if steps >= self.next:
            self.next = steps + self.job["evaluate_every"]
            self._evaluate()
            self.finished = self.job["target_return"] is not None and self._reached()
        return self.finished or time.perf_counter() - self.begin > self.job["seconds"]

    def report(self, steps, *packages):
        """Prints the answer. Who was not ended by an evaluation is judged at the end."""
        if not self.finished:
            if self.job["episodes"]:
                self._evaluate()
            self.finished = steps >= self.job["steps"] and self._reached()
        seconds = time.perf_counter() - self.begin
        print(json.dumps({
            "steps": int(steps), "seconds": seconds, "training_seconds": seconds - self.evaluating,
            "processor": time.process_time() - self.used, "score": self.score,
            "finished": self.finished,
            "versions": {p.__name__: p.__version__ for p in (*packages, gymnasium)}}))

    def _reached(self):
        return self.job["target_return"] is None or self.score >= self.job["target_return"]

    def _evaluate(self):
        begin = time.perf_counter()
        self.score = mean_return(self.job["environment"], self.policy, self.job["episodes"],
                                 _JUDGED_BY + self.job["seed"])
        self.evaluating += time.perf_counter() - begin


def mean_return(environment, policy, episodes, seed):
    """Of as many whole episodes, side by side."""
    all_of_them = gymnasium.make_vec(environment, episodes, vectorization_mode="sync")
    observations, _ = all_of_them.reset(seed=seed)
    returns, going = np.zeros(episodes), np.ones(episodes, bool)
    while going.any():
        observations, rewards, terminated, truncated, _ = all_of_them.step(policy(observations))
        returns += rewards * going
        going &= ~(terminated | truncated)
    all_of_them.close()
    return float(returns.mean())
