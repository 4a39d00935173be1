"""What scripts/recipes.py makes of promises and reports."""

import importlib.util
import pathlib
import tempfile
import unittest
from unittest import mock

SCRIPT = pathlib.Path(__file__).parent.parent.parent / "scripts" / "recipes.py"
spec = importlib.util.spec_from_file_location("recipes", SCRIPT)
recipes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recipes)


def row(unknown, kind, **figures):
    return {"set": unknown, "kind": kind, "examples": 10, "aupr": 0.9, "oscr": 0.9, "acceptance_rate": 0,
            "fpr95": 0.1, "auroc": 0.9} | figures


REPORT = {
    "accuracy": 0.98,
    "scores": [{"score": "energy", "known_acceptance_rate": 0.95, "unknown": [
        row("letters", "", auroc=0.97, fpr95=0.02),
        row("letters", "a", auroc=0.99, fpr95=0.01),
        row("letters", "b", auroc=0.95, fpr95=0.03),
        row("noise", "", auroc=0.96, fpr95=0.04)]}],
}


class Promises(unittest.TestCase):
    def test_the_worst_counts(self):
        found = recipes.figures(REPORT)
        self.assertEqual(found["accuracy"], 0.98)
        self.assertEqual((found["auroc"], found["kind auroc"]), (0.96, 0.95))
        self.assertEqual((found["fpr95"], found["kind fpr95"]), (0.04, 0.04))

    def test_parsing(self):
        self.assertEqual(recipes.parse_promises("accuracy >= 99%, kind fpr95 < 0.05"),
                         [("accuracy", ">=", 0.99), ("kind fpr95", "<", 0.05)])
        self.assertEqual(recipes.parse_promises("rmse <= 16.5"), [("rmse", "<=", 16.5)])
        self.assertEqual(recipes.parse_promises(""), [])
        for wrong in ["auroc", "auroc = 0.9", "aurok >= 0.9", "kind >= 1", "auroc >= x"]:
            with self.assertRaises(ValueError):
                recipes.parse_promises(wrong)

    def test_the_median_of_the_seeds_keeps_them(self):
        runs = [{"figures": {"auroc": value}} for value in (0.9, 0.99, 0.98)]
        kept = [kept for *_, kept in recipes.judge_promises(
            recipes.parse_promises("auroc >= 0.98, auroc > 98%, auroc <= 0.98, auroc < 0.98"), runs)]
        self.assertEqual(kept, [True, False, True, False])

    def test_splits_are_averaged(self):
        self.assertAlmostEqual(recipes.means([{"auroc": 0.9}, {"auroc": 1.0}])["auroc"], 0.95)


class Agents(unittest.TestCase):
    def train(self, recipe):
        """Score and commands, where training reports 480 and judging again 470."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "pole.toml"
            path.write_text(recipe)
            with mock.patch.object(recipes, "run_json", side_effect=[
                    {"best_mean_return": 480, "mean_return": 1}, {"mean_return": 470}]) as run:
                made = recipes.train("lithe", path, 2, pathlib.Path(folder))
        return made["score"], [call.args[0][:3] for call in run.call_args_list]

    def test_the_evaluation_that_ended_the_training_counts(self):
        self.assertEqual(self.train('agent = "ppo"\nuntil = 475\n'),
                         (480, [["lithe", "rl", "train"]]))

    def test_else_the_policy_has_to_show_it_again(self):
        self.assertEqual(self.train('agent = "ppo"\n'),
                         (470, [["lithe", "rl", "train"], ["lithe", "rl", "evaluate"]]))


if __name__ == "__main__":
    unittest.main()
