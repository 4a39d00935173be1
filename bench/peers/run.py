"""Runs one peer on one workload and prints a line of JSON: what it took, and a check of the work.

    python3 bench/peers/run.py torch_eager '{"workload": ..., "threads": 1, "seconds": 1}'

The argument is a job: the workload as bench/harness/workloads.py resolves it, the number of threads
(0: as many as the peer takes when nobody tells it) and the seconds to measure. With 0 threads the
peer is run as its users find it, which is the first of its ways; else at its fastest.

A peer is a module with
    prepare(threads)             where it has settings
    learners(job)                for training, calls(job, data) for inference, steps(job, data) for
                                 inference along sequences, convolutions(job, x, weight, gradient)
                                 for a convolution: the ways to do it by name, the plainest first
    describe()                   versions, BLAS, kernels
A way to train is a function of data that answers a learner: train(order), an epoch; outputs(), for
the test examples; parameters(). A way to call is a function that answers the outputs of all
examples when `keep` is true, a way to step one that answers those of all their positions; a way to
convolve one that answers the result, in plain order.
"""

import importlib
import json
import sys

import numpy as np

import data
import ways

_TRIAL_ROWS = 6_400


def main():
    peer, job = sys.argv[1], json.loads(sys.argv[2])
    module = importlib.import_module(peer)
    if hasattr(module, "prepare"):
        module.prepare(job["threads"])
    kind = {"train": _train, "call": _call, "steps": _call,
            "convolution": _convolve}[job["workload"]["kind"]]
    # Far from zero a sigmoid's exponential overflows to infinity, and its result is still right.
    with np.errstate(over="ignore"):
        answer = kind(module, job["workload"], job)
    print(json.dumps({**answer, **module.describe()}))


def _train(module, workload, job):
    learners = module.learners(workload)
    way, tried = _chosen(learners, job, lambda: _trials(workload, learners))
    examples, rng = data.Data(workload), np.random.default_rng(1)
    learner = learners[way](examples)

    def epoch():
        learner.train(rng.permutation(len(examples.x)))

    epoch()  # not timed: it compiles and fills caches
    loss, correct = data.test(workload, examples, learner.outputs())
    taken = ways.repeat(epoch, job["seconds"])
    return {**ways.times(taken, workload["repetitions"]), "way": way, "ways": tried,
            "check": {"loss": loss, "correct": correct, "tested": examples.test_classes.size,
                      "parameters": learner.parameters()}}


def _trials(workload, learners):
    few = data.Data(workload, _TRIAL_ROWS)
    order = np.arange(len(few.x))
    made = {name: make(few) for name, make in learners.items()}
    return {name: lambda one=one: one.train(order) for name, one in made.items()}


def _call(module, workload, job):
    examples = data.Data(workload)
    make = module.calls if workload["kind"] == "call" else module.steps
    found = make(workload, examples)
    way, tried = _chosen(found, job, lambda: {n: lambda w=w: w(False) for n, w in found.items()})
    outputs = np.concatenate([np.ravel(row) for row in found[way](True)])
    taken = ways.repeat(lambda: found[way](False), job["seconds"])
    return {**ways.times(taken, workload["repetitions"]), "way": way, "ways": tried,
            "check": {"fingerprint": data.fingerprint(outputs)}}


def _convolve(module, workload, job):
    found, plain = module.convolutions(workload, *data.convolution(workload))
    way, tried = _chosen(found, job, lambda: found)
    result = plain(found[way]())
    taken = ways.repeat(found[way], job["seconds"])
    return {**ways.times(taken), "way": way, "ways": tried,
            "check": {"fingerprint": data.fingerprint(result)}}


def _chosen(found, job, trials):
    """The way to measure, and the seconds of each that was tried."""
    if job["threads"] == 0 or len(found) == 1:
        return next(iter(found)), {}
    return ways.fastest_way(trials(), job["seconds"], job["threads"])


if __name__ == "__main__":
    main()
