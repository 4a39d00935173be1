"""lithe profile and --profile: where the time goes."""

import json
import os
import unittest

from support import AppTest, DIGITS


class Profiles(AppTest):
    """Where the time goes: on the screen, in files, and from one run to another."""

    FILES = ["profile.folded", "profile.json", "profile.txt", "roofline.svg", "trace.json"]

    def profile(self, *arguments, status=0):
        return self.run_lithe("profile", *DIGITS, "--threads", "1", "--seconds", "0.5", *arguments,
                              status=status)

    def test_of_a_network(self):
        out = self.profile("--profile", "out").stdout
        for text in ("1 dense: forward", "loss", "evaluation", "left over", "Accounted for: ",
                     "a stamped stretch"):
            self.assertIn(text, out)
        # A sanitizer has a heap of its own, whose calls are not counted.
        self.assertRegex(out, "Heap calls during the epochs: (0|not counted here)")
        self.assertLessEqual(len(out.splitlines()), 50)
        folder = os.path.join(self.folder, "out")
        self.assertEqual(sorted(os.listdir(folder)), self.FILES)
        with open(os.path.join(folder, "trace.json"), encoding="utf-8") as file:
            kinds = [event["ph"] for event in json.load(file)["traceEvents"]]
        self.assertGreater(kinds.count("B"), 0)
        self.assertEqual(kinds.count("B"), kinds.count("E"))
        self.assertEqual(os.listdir(self.folder).count("model.safetensors"), 0)

    def test_accounts_for_nearly_all(self):
        profile = json.loads(self.profile("--json").stdout)
        self.assertGreaterEqual(profile["accounted"], 0.97)
        self.assertLessEqual(profile["accounted"], 1.001)
        shares = [row["share"] for row in profile["operations"] + profile["parts"]]
        self.assertAlmostEqual(sum(shares), profile["accounted"], places=9)

    def test_beside_a_training(self):
        plain = self.train("--output", "plain.safetensors")
        profiled = self.train("--profile", "out", "--output", "profiled.safetensors", "--verbose")
        self.assertIn("Accounted for: ", profiled.stdout)
        self.assertNotIn("Accounted for: ", plain.stdout)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "out"))), self.FILES)
        if "not counted here" not in profiled.stdout:
            self.assertRegex(profiled.stdout, "Epoch 2: .*\n.* 0 allocations")

    def test_compared(self):
        for name in "ab":
            with open(os.path.join(self.folder, name + ".json"), "w", encoding="utf-8") as file:
                file.write(self.profile("--json").stdout)
        out = self.run_lithe("profile", "--compare", "a.json", "a.json").stdout
        self.assertIn("Nothing became slower beyond the noise.", out)
        with open(os.path.join(self.folder, "b.json"), encoding="utf-8") as file:
            slower = json.load(file)
        row = max(slower["operations"], key=lambda one: one["step"][1])
        row["step"] = [10 * value for value in row["step"]]
        with open(os.path.join(self.folder, "b.json"), "w", encoding="utf-8") as file:
            json.dump(slower, file)
        changes = json.loads(
            self.run_lithe("profile", "--compare", "a.json", "b.json", "--json").stdout)
        self.assertEqual(changes["operations"][0]["name"], row["name"])
        self.assertTrue(changes["operations"][0]["certain"])

    def test_mistakes(self):
        with open(os.path.join(self.folder, "file"), "w", encoding="utf-8") as file:
            file.write("{}")
        self.assertIn("cannot be made a folder",
                      self.profile("--profile", "file", status=2).stderr)
        self.assertIn("this is no profile",
                      self.run_lithe("profile", "--compare", "file", "file", status=1).stderr)
        self.run_lithe("profile", "--compare", "file", status=2)
        self.run_lithe("profile", status=2)


if __name__ == "__main__":
    unittest.main()
