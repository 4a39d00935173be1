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

from support import LITHE, check_words

QUICK = ["--environments", "4", "--agent", "ppo(n_steps=32, batch_size=64, n_epochs=2)", "--steps", "2000",
         "--episodes", "10"]

# An environment that answers as it should until a policy has learned something, and then does what
# its argument says.
FAULTY = """
import json, os, sys, time
answers = 0
for line in sys.stdin:
    answers += 1
    answer = {"observation": [0.1, 0.2], "reward": 1, "terminated": answers % 10 == 0}
    if "spaces" in line:
        answer = {"observation": {"shape": [2]}, "action": {"n": 2}}
    text = json.dumps(answer)
    if answers > 60:
        fault = sys.argv[1]
        if fault == "end":
            sys.exit(3)
        if fault == "kill":
            os.kill(os.getpid(), 9)
        if fault == "stall":
            time.sleep(1000)
        text = {"words": "words", "few": text.replace(", 0.2", ""), "nan": text.replace("0.2", "NaN"),
                "null": text.replace("0.2", "null"), "text": text.replace("0.2", '"a"'),
                "far": text.replace("0.2", "1e60"), "dear": text.replace(": 1,", ": 3e38,"),
                "none": "{}", "list": "[1]", "good": text}[fault]
    print(text, flush=True)
"""
FAULTS = {"end": "status 3", "kill": "signal 9", "stall": "in time", "words": "not JSON: words",
          "few": "has 1 values, not 2", "nan": "neither NaN nor Infinity", "null": "null, not a number",
          "text": "not a number", "far": "beyond 3.4e+38", "dear": "weights of the policy are not finite",
          "none": 'no "observation"', "list": "not an object"}
SMALL = ["--agent", "ppo(n_steps=20, batch_size=10, n_epochs=1)", "--network", "dense(4, tanh)"]


class Agents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(self.path("faulty.py"), "w", encoding="utf-8") as file:
            file.write(FAULTY)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_lithe(self, *arguments, status=0):
        # Wide, so that no text is folded.
        result = subprocess.run([LITHE, "rl", *arguments], cwd=self.folder, capture_output=True,
                                text=True, timeout=120, env=dict(os.environ, COLUMNS="1000"))
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        check_words(self, result)
        return result

    def test_the_state_is_shown(self):
        self.run_lithe("train", "cartpole", "--steps", "8192", "--evaluate-every", "2048",
                       "--episodes", "2", "--state", "run.state")
        show = lambda *more: subprocess.run([LITHE, "show", "run.state", *more], cwd=self.folder,
                                            capture_output=True, text=True, check=True).stdout
        out = show()
        for words in ("the state of an agent's training", "steps done       8192",
                      "best policy      a mean return of", "environment      cartpole",
                      "seed             1", "--evaluate-every 2048"):
            self.assertIn(words, out)
        state = json.loads(show("--json"))
        self.assertEqual(state["step"], 8192)
        self.assertGreater(state["best_mean_return"], 5)

    def test_recipe_solves_cartpole(self):
        out = self.run_lithe("train", "cartpole", "--curve", "went").stdout
        mean = float(re.search(r"mean return ([\d.]+) \+/-", out).group(1))
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
        self.assertIn("11 frames in out.gif", played.stdout)

    def test_a_policy_with_memory_is_played_as_it_is_judged(self):
        self.run_lithe("train", "--environment", "cartpole(velocities=false)", "--network", "gru(8)", "--agent",
                       "ppo(adam(0.01), n_steps=32, batch_size=64, n_epochs=4, sequence_length=8)",
                       "--environments", "8", "--steps", "4000", "--episodes", "2", "--output", "p.safetensors")
        asked = ("p.safetensors", "--episodes", "5", "--seed", "7")
        judged = json.loads(self.run_lithe("evaluate", *asked, "--environments", "1", "--json").stdout)
        played = self.run_lithe("play", *asked, "--quiet").stdout
        mean = float(re.search(r"5 episodes: mean return ([\d.]+) ", played).group(1))
        self.assertAlmostEqual(mean, judged["mean_return"], delta=0.01)
        error = self.run_lithe("train", "cartpole", "--agent", "dqn", "--network", "gru(8)", status=2).stderr
        self.assertIn("dqn cannot carry along an episode", error)
        self.assertIn("the agent ppo, or a network without rnn, lstm and gru", error)

    def test_every_agent_trains_and_says_so_as_json(self):
        for agent, environment in (("ppo", "pendulum"), ("dqn(learning_starts=100)", "grid_world"),
                                   ("sac(learning_starts=900, buffer_size=2000)", "pendulum"),
                                   ("reinforce(n_steps=300)", "cartpole"),
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

    def test_actions_are_repeated_only_while_training(self):
        repeated = ["train", "pendulum", *QUICK, "--action-repeat", "4", "--state", "state"]
        self.run_lithe(*repeated, "--output", "repeated.safetensors")
        self.run_lithe(*repeated[:-2], "--action-repeat", "1", "--output", "single.safetensors")
        self.assertFalse(filecmp.cmp(self.path("repeated.safetensors"), self.path("single.safetensors"),
                                     shallow=False))
        evaluated = json.loads(self.run_lithe("evaluate", "repeated.safetensors", "--json").stdout)
        self.assertEqual(evaluated["mean_length"], 200)
        self.assertIn("the action_repeat was '4' and is now '2'",
                      self.run_lithe(*repeated, "--action-repeat", "2", "--resume", status=1).stderr)
        self.run_lithe("train", "pendulum", "--action-repeat", "0", status=2)

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

    def test_ctrl_c_and_sigterm_keep_the_policy_and_the_state(self):
        for sent in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([LITHE, "rl", "train", "snake(5x5)", "--network",
                                   "flatten -> dense(8, relu)", "--agent", "ppo(n_steps=32)",
                                   "--steps", "100000000", "--episodes", "2", "--state", "state"],
                                  cwd=self.folder, stdout=subprocess.PIPE, text=True) as process:
                self.assertIn("Step", process.stdout.readline())
                process.send_signal(sent)
                out, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0)
            self.assertIn("Policy: snake.safetensors", out)
            for name in ("snake.safetensors", "state"):
                os.remove(self.path(name))  # it is there

    def test_gone_on_with_it_keeps_the_best_policy_and_the_whole_curve(self):
        # Its mean return goes up and down, so the best policy is not the last.
        agent = ["train", "cartpole", "--agent", "ppo(adam(3e-4), n_steps=32, batch_size=256, n_epochs=4)",
                 "--evaluate-every", "20000", "--episodes", "20", "--target-return", "1000", "--seed", "1"]
        whole = [*agent, "--output", "whole", "--curve", "w"]
        out = self.run_lithe(*whole, "--steps", "80896").stdout
        self.assertRegex(out, r"Policy: whole, the best one evaluated, with a mean return of \d")
        parts = [*agent, "--output", "part", "--state", "state", "--curve", "p"]
        self.run_lithe(*parts, "--steps", "65536")
        self.run_lithe(*parts, "--steps", "80896", "--resume")
        self.assertTrue(filecmp.cmp(self.path("whole"), self.path("part"), shallow=False))
        columns = []
        for name in ("w.csv", "p.csv"):
            with open(self.path(name), encoding="utf-8") as file:
                columns.append([line.split(",") for line in file.read().splitlines()])
        wanted = [[row[0], *row[2:4], *row[5:]] for row in columns[0]]
        self.assertEqual(wanted, [[row[0], *row[2:4], *row[5:]] for row in columns[1]])
        os.remove(self.path("p.csv"))  # the state has it
        self.run_lithe("train", "--state", "state", "--resume", "--steps", "90000")
        with open(self.path("p.csv"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines()[:3],
                             [",".join(row) for row in columns[1][:3]])

    def test_an_image_needs_no_network_of_ones_own(self):
        out = self.run_lithe("train", "snake(5x5)", *QUICK, "--episodes", "2", "--environments", "2",
                             "--json", "--output", "p").stdout
        self.assertTrue(json.loads(out)["network"].startswith("flatten -> dense(64"), out)

    def faulty(self, fault, *more, status=1):
        return self.run_lithe("train", "--env-command", f"exec {sys.executable} faulty.py {fault}",
                              "--env-time-limit", "5", "--environments", "1", *SMALL, "--steps",
                              "1000", "--output", "p.safetensors", *more, status=status)

    def test_a_program_that_goes_wrong_leaves_the_last_policy(self):
        for fault, words in FAULTS.items():
            with self.subTest(fault):
                error = self.faulty(fault).stderr
                self.assertIn(words, error)
                self.assertIn("policy of the last complete iteration is in p.safetensors", error)
                self.run_lithe("evaluate", "p.safetensors", "--env-command",
                               f"exec {sys.executable} faulty.py good", "--episodes", "2")
                os.remove(self.path("p.safetensors"))
        self.assertEqual(os.listdir(self.folder), ["faulty.py"])

    def test_a_program_that_goes_wrong_at_once_leaves_what_there_was(self):
        with open(self.path("p.safetensors"), "w", encoding="utf-8") as file:
            file.write("an older one")
        for command, words in (("/no/such/program", "not found"), ("exit 4", "status 4"),
                               ("read l; echo words", "words"),
                               (f"exec {sys.executable} faulty.py end", "status 3")):
            self.assertIn(words, self.run_lithe(
                "train", "--env-command", command, "--environments", "1", "--agent",
                "ppo(n_steps=1000)", "--output", "p.safetensors", status=1).stderr)
        with open(self.path("p.safetensors"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "an older one")

    def test_a_policy_that_cannot_be_evaluated_is_kept(self):
        # One program trains; the next one, which would judge, does not start.
        with open(self.path("once.sh"), "w", encoding="utf-8") as file:
            file.write(f"mkdir begun || exit 5\nexec {sys.executable} faulty.py good\n")
        error = self.faulty("good", "--env-command", "sh once.sh").stderr
        self.assertIn("status 5", error)
        self.assertIn("policy of the last complete iteration is in p.safetensors", error)
        error = self.run_lithe("evaluate", "p.safetensors", status=2).stderr
        self.assertIn("sh once.sh", error)
        self.assertIn("--env-command", error)

    def test_what_was_kept_outlives_a_kill(self):
        arguments = ["train", "--environment", "cartpole", *QUICK, "--output", "p.safetensors",
                     "--state", "state", "--keep-every", "0"]
        with subprocess.Popen([LITHE, "rl", *arguments, "--steps", "100000000"], cwd=self.folder,
                              stdout=subprocess.PIPE, text=True) as process:
            for _ in range(2):
                self.assertIn("Step", process.stdout.readline())
            process.kill()
        self.run_lithe("evaluate", "p.safetensors", "--episodes", "2")
        self.run_lithe(*arguments, "--steps", "100", "--resume")

    def test_ctrl_c_reaches_lithe_alone(self):
        with subprocess.Popen(
                [LITHE, "rl", "train", "--env-command", f"{sys.executable} faulty.py good",
                 "--environments", "2", *SMALL, "--steps", "100000000", "--episodes", "2"],
                cwd=self.folder, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
            self.assertIn("Step", process.stdout.readline())
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertIn("Policy: policy.safetensors", out)

    def test_a_grid_may_be_named_beside_the_environment(self):
        self.run_lithe("train", "snake", "--grid", "4x5", "--network", "flatten -> dense(8)", *QUICK,
                       "--output", "p.safetensors")
        out = self.run_lithe("evaluate", "p.safetensors", "--episodes", "3").stdout
        self.assertTrue(out.startswith("snake(4x5)"), out)

    def test_a_recipe_for_agents_is_named_where_it_was_looked_for_elsewhere(self):
        result = subprocess.run([LITHE, "train", "pendulum-ppo"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 2)
        self.assertIn("lithe rl train pendulum-ppo", result.stderr)

    def test_lists(self):
        out = subprocess.run([LITHE, "list", "agents"], capture_output=True, text=True).stdout
        for name in ("ppo(", "dqn(", "sac(", "reinforce(", "actor_critic("):
            self.assertIn("\n" + name, "\n" + out)
        out = subprocess.run([LITHE, "list", "rl-recipes"], capture_output=True, text=True).stdout
        self.assertIn("cartpole-swingup\n", out)

    def test_mistakes(self):
        for arguments, words in (
                (["cartpol"], "cartpol"), (["cartpole", "--agent", "pppo"], "pppo"),
                ([], "no environment"), (["cartpole", "--agent", "sac"], "are discrete"),
                (["pendulum", "--agent", "dqn"], "are continuous"),
                (["cartpole", "--resume"], "--state"),
                (["pendulum", "--target-return", "-200", "--evaluate-every", "0"], "--evaluate-every"),
                (["cartpole", "--output", "nowhere/p"], "no folder"),
                (["cartpole", "--output", "."], "is a folder"),
                (["cartpole", "--curve", "nowhere/c"], "no folder"),
                (["cartpole", "--state", "./s", "--output", "s"], "in one file"),
                (["cartpole", "--steps=-5"], "-5"),
                (["--env-command", f"{sys.executable} faulty.py good", "--state", "s"], "no state"),
                (["snake(1x1)"], "grid"), (["snake(10000x10000)"], "16777216"),
                (["snake", "--agent", "dqn(buffer_size=1000000000)", "--network",
                  "flatten -> dense(8)"], "GB"),
                (["cartpole", "--agent", "ppo(n_steps=1000000)", "--environments", "65536"], "GB"),
                (["snake(4x4)", "--grid", "5x5"], "brackets")):
            self.assertIn(words, self.run_lithe("train", *arguments, status=2).stderr)
        self.assertIn("cannot write", self.run_lithe("train", "cartpole", "--output", "/proc/p",
                                                     status=1).stderr)
        self.assertEqual(os.listdir(self.folder), ["faulty.py"])
        self.run_lithe("train", "cartpole", *QUICK, "--output", "p.safetensors")
        self.assertIn("discrete", self.run_lithe("evaluate", "p.safetensors", "pendulum",
                                               status=2).stderr)
        self.assertIn("4 inputs and 2 outputs", self.run_lithe("evaluate", "p.safetensors", "snake",
                                                    status=2).stderr)


if __name__ == "__main__":
    unittest.main()
