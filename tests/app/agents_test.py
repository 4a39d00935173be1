"""Agents as their users train them: recipes, options, stopping and going on, what goes wrong."""

import filecmp
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

LITHE = os.environ["LITHE"]
QUICK = ["--environments", "4", "--agent", "ppo(horizon=32, batch=64, epochs=2)", "--steps", "2000",
         "--episodes", "10"]

# Passes on what `lithe rl serve` is asked and says, and ends after 300 questions.
DIES = """
import subprocess, sys
served = subprocess.Popen([sys.argv[1], "rl", "serve", "cartpole"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, bufsize=1)
for _ in range(300):
    served.stdin.write(sys.stdin.readline())
    print(served.stdout.readline(), end="", flush=True)
served.kill()
"""


class Agents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_lithe(self, *arguments, status=0):
        result = subprocess.run([LITHE, "rl", *arguments], cwd=self.folder, capture_output=True,
                                text=True, timeout=120)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def test_recipe_solves_cartpole(self):
        out = self.run_lithe("train", "cartpole", "--curve", "went").stdout
        mean = float(re.search(r"mean return ([\d.]+) \(deviation", out).group(1))
        self.assertGreaterEqual(mean, 475)
        self.assertIn("Policy: cartpole.safetensors", out)
        evaluated = json.loads(self.run_lithe("evaluate", "cartpole.safetensors", "--json").stdout)
        self.assertEqual(evaluated["environment"], "cartpole")
        self.assertGreater(evaluated["mean_return"], 420)
        with open(self.path("went.csv"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertTrue(lines[0].startswith("steps,seconds,mean_return,mean_length,evaluation,"))
        self.assertEqual({line.count(",") for line in lines}, {lines[0].count(",")})
        with open(self.path("went.svg"), encoding="utf-8") as file:
            self.assertIn("ppo in cartpole", file.read())
        played = self.run_lithe("play", "cartpole.safetensors", "--gif", "out.gif", "--steps", "20")
        self.assertIn("21 frames in out.gif", played.stdout)

    def test_every_agent_trains_and_says_so_as_json(self):
        for agent, environment in (("ppo", "pendulum"), ("dqn(start=100)", "grid_world"),
                                   ("sac(start=900, memory=2000)", "pendulum"),
                                   ("reinforce(horizon=300)", "cartpole"),
                                   ("actor_critic", "mountain_car")):
            out = self.run_lithe("train", environment, "--agent", agent, "--steps", "1000",
                                 "--environments", "2", "--episodes", "2", "--json", "--network",
                                 "dense(8, tanh)", "--output", "p.safetensors").stdout
            report = json.loads(out)
            self.assertEqual(report["environment"], environment)
            self.assertGreaterEqual(report["steps"], 1000)
            self.assertTrue(os.path.exists(self.path("p.safetensors")))

    def test_goes_on_to_the_same_bits(self):
        def train(name, *more):
            self.run_lithe("train", "cartpole", *QUICK, "--output", name, *more)
        train("whole.safetensors", "--steps", "4000")
        # A schedule would see how many steps are planned; this agent has none.
        train("half.safetensors", "--state", "state")
        train("rest.safetensors", "--steps", "4000", "--state", "state", "--resume")
        self.assertTrue(filecmp.cmp(self.path("whole.safetensors"), self.path("rest.safetensors"),
                                    shallow=False))
        self.assertFalse(filecmp.cmp(self.path("whole.safetensors"), self.path("half.safetensors"),
                                     shallow=False))

    def test_killed_it_goes_on_to_the_same_bits(self):
        agent = [*QUICK, "--state", "state"]
        self.run_lithe("train", "cartpole", *agent, "--steps", "6000", "--output", "whole")
        os.remove(self.path("state"))
        self.run_lithe("train", "cartpole", *agent)
        with subprocess.Popen([LITHE, "rl", "train", "cartpole", *agent, "--steps", "1000000000",
                               "--resume"], cwd=self.folder, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            process.kill()
        self.run_lithe("train", "cartpole", *agent, "--steps", "6000", "--resume", "--output",
                       "rest")
        self.assertTrue(filecmp.cmp(self.path("whole"), self.path("rest"), shallow=False))

    def test_ctrl_c_keeps_the_policy_and_the_state(self):
        with subprocess.Popen([LITHE, "rl", "train", "snake(5x5)", "--network",
                               "flatten -> dense(8, relu)", "--agent", "ppo(horizon=32)",
                               "--steps", "100000000", "--episodes", "2", "--state", "state"],
                              cwd=self.folder, stdout=subprocess.PIPE, text=True) as process:
            self.assertIn("Step", process.stdout.readline())
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertIn("Policy: snake.safetensors", out)
        for name in ("snake.safetensors", "state"):
            self.assertTrue(os.path.exists(self.path(name)))

    def test_a_program_that_dies_leaves_the_last_policy(self):
        with open(self.path("dies.py"), "w", encoding="utf-8") as file:
            file.write(DIES)
        program = f"exec {sys.executable} dies.py {LITHE}"
        result = subprocess.run(
            [LITHE, "rl", "train", "--env-command", program, "--environments", "1", "--agent",
             "ppo(horizon=50, batch=25)", "--steps", "100000", "--output", "p.safetensors"],
            cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("policy of the last whole round is in p.safetensors", result.stderr)
        self.run_lithe("evaluate", "p.safetensors", "cartpole", "--episodes", "2")

    def test_a_grid_may_be_named_beside_the_environment(self):
        self.run_lithe("train", "snake", "--grid", "4x5", "--network", "flatten -> dense(8)", *QUICK,
                       "--output", "p.safetensors")
        out = self.run_lithe("evaluate", "p.safetensors", "--episodes", "3").stdout
        self.assertTrue(out.startswith("snake(4x5)"), out)

    def test_lists(self):
        out = subprocess.run([LITHE, "list", "agents"], capture_output=True, text=True).stdout
        for name in ("ppo(", "dqn(", "sac(", "reinforce(", "actor_critic("):
            self.assertIn("\n" + name, "\n" + out)
        out = subprocess.run([LITHE, "list", "rl-recipes"], capture_output=True, text=True).stdout
        self.assertIn("cartpole-swingup\n", out)

    def test_mistakes(self):
        for arguments, words in (
                (["cartpol"], "cartpol"), (["cartpole", "--agent", "pppo"], "pppo"),
                ([], "no environment"), (["cartpole", "--agent", "sac"], "takes a choice"),
                (["pendulum", "--agent", "dqn"], "takes numbers"),
                (["cartpole", "--resume"], "--state"),
                (["pendulum", "--until", "-200", "--evaluate-every", "0"], "--evaluate-every"),
                (["cartpole", "--output", "nowhere/p"], "no folder"),
                (["snake(1x1)"], "grid"), (["snake(10000x10000)"], "16777216"),
                (["pendulum", "--agent", "sac(memory=1000000000)"], "GB"),
                (["snake(4x4)", "--grid", "5x5"], "brackets")):
            self.assertIn(words, self.run_lithe("train", *arguments, status=2).stderr)
        self.run_lithe("train", "cartpole", *QUICK, "--output", "p.safetensors")
        self.assertIn("choice", self.run_lithe("evaluate", "p.safetensors", "pendulum",
                                               status=2).stderr)
        self.assertIn("from 4 to 2", self.run_lithe("evaluate", "p.safetensors", "snake",
                                                    status=2).stderr)


if __name__ == "__main__":
    unittest.main()
