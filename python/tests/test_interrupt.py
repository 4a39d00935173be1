"""Ctrl-C ends whatever takes long, at once, and leaves what can be used on.

Each computation takes ten seconds and more; how soon it ends is not measured here, but that it ends
long before. "begun" is printed where an interrupt, however soon, finds the computation.
"""

import signal
import subprocess
import sys
import time

import pytest

# The computations, each with what must hold behind it.
BEGIN = """
import signal, sys, time
import numpy as np
import lithe, lithe.rl
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
rng = np.random.default_rng(0)

def arrays(rows, columns=256):
    return rng.standard_normal((rows, columns), np.float32), rng.integers(0, 2, rows)

def interrupted(work, begun=True):
    try:
        if begun:
            print("begun", flush=True)
        work()
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)
    else:
        sys.exit("it was not interrupted")

WIDE = "dense(1024, relu) -> dense(1024, relu) -> dense(2)"
"""

CASES = {
    # One epoch takes long.
    "epoch": """
X, y = arrays(60_000)
model = lithe.Model("input(256) -> " + WIDE)
trainer = lithe.Trainer(model, lithe.Examples(X, y), loss="cross_entropy", threads={threads})
before = model["layers.0.weight"].copy()
parts = []
def learned(done):
    parts.append(done)
    if len(parts) == 2:  # of the epoch's fifty
        print("begun", flush=True)
interrupted(lambda: trainer.run_epoch(learned), begun=False)
assert not np.array_equal(model["layers.0.weight"], before)
assert not trainer.history and not trainer.finished
trainer.finish()
assert np.isfinite(model.predict(X[:3])).all()
""",
    "measuring threads": """
X, y = arrays(200_000)
model = lithe.Model("input(256) -> " + WIDE.replace("1024", "4096"))
examples = lithe.Examples(X, y)
def make():
    for _ in range(100):
        lithe.Trainer(model, examples, loss="cross_entropy", batch=256)
interrupted(make)
""",
    "evaluation of an epoch": """
X, y = arrays(200_000)
model = lithe.Model("input(256) -> " + WIDE)
trainer = lithe.Trainer(model, lithe.Examples(X[:64], y[:64]), lithe.Examples(X, y), loss="cross_entropy",
                        threads={threads})
interrupted(trainer.run_epoch)
trainer.finish()
assert np.isfinite(model.predict(X[:3])).all()
""",
    "fit": """
import warnings
X, y = arrays(60_000)
clf = lithe.Classifier("dense(1024, relu) -> dense(1024, relu)", epochs=1, n_jobs={threads}, average="swa(75%)")
class Trainer(lithe.Trainer):
    def run_epoch(self, callback=None):
        print("begun", flush=True)
        return super().run_epoch(callback)
lithe._base.Trainer = Trainer
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    clf.fit(X, y)
print(time.monotonic(), flush=True)
assert any("interrupted" in str(warning.message) for warning in caught)
assert clf.predict(X[:5]).shape == (5,)
""",
    "predict": """
X, _ = arrays(300_000)
model = lithe.Model("input(256) -> " + WIDE)
interrupted(lambda: model.predict(X))
assert model.predict(X[:3]).shape == (3, 2)
""",
    "evaluate": """
X, y = arrays(300_000)
model = lithe.Model("input(256) -> " + WIDE)
examples = lithe.Examples(X, y)
interrupted(lambda: lithe.evaluate(model, examples, "cross_entropy"))
""",
    "rollout": """
agent = lithe.rl.PPO("cartpole", n=8, n_steps=200_000, steps=1_600_000, seed=1,
                     threads={threads})
interrupted(agent.train)
assert agent.predict(np.zeros((2, 4))).shape == (2,)
""",
    "learning of PPO": """
agent = lithe.rl.PPO("cartpole", n=8, n_steps=500, n_epochs=1000, batch_size=16, steps=4000, seed=1,
                     threads={threads})
interrupted(agent.train)
assert agent.predict(np.zeros((2, 4))).shape == (2,)
""",
    "learning of REINFORCE": """
agent = lithe.rl.REINFORCE("cartpole", n=8, n_steps=500, value_gradient_steps=10_000, steps=4000, seed=1,
                           threads={threads})
interrupted(agent.train)
assert agent.predict(np.zeros((2, 4))).shape == (2,)
""",
    "iteration of SAC": """
agent = lithe.rl.SAC("pendulum", n=4, network="dense(1024, relu) -> dense(1024, relu)", seed=1,
                     learning_starts=10, steps=1000, threads={threads})
interrupted(agent.train)
assert agent.predict(np.zeros((2, 3))).shape == (2, 1)
""",
    "play": """
agent = lithe.rl.PPO("pendulum", n=8, steps=100, seed=1)
interrupted(lambda: agent.evaluate(100_000))
assert len(agent.evaluate(2)[0]) == 2
""",
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("case", CASES)
def test_ctrl_c_ends_it(case, threads):
    if "{threads}" not in CASES[case] and threads > 1:
        pytest.skip("one thread")
    text = BEGIN + CASES[case].replace("{threads}", str(threads))
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(1)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        heard = process.stdout.readline()
        assert process.wait(60) == 0
    print(f"{case}, {threads} threads: {float(heard) - sent:.3f} s")
    assert float(heard) - sent < 5  # 0.1 s on a machine without other work
