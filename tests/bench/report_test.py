"""What the harness writes: tables, the document, the picture; and that the stored document is what
the stored measurement makes."""

import json
import pathlib
import tempfile
import unittest
import xml.dom.minidom

from support import MACHINE, ROOT, WORKLOADS, found, result

from harness import compare, document, goals, picture, readme, report, tables, text


def example():
    results = [result("call", "lithe", 1e-6, 0), result("call", "lithe", 1e-6),
               result("call", "numpy", 2e-5, 0), result("call", "numpy", 1e-5),
               result("tanh300", "lithe", 5e-3)]
    chosen = [WORKLOADS["call"], WORKLOADS["tanh300"]]
    return found(["call", "tanh300"], results, goals.goals(results, chosen, MACHINE), left_out=[
        {"title": "JAX", "workload": "everything", "reason": "not | installed"}])


class Text(unittest.TestCase):
    def test_figures(self):
        for seconds, words in ((2.346, "2.35 s"), (0.11, "0.110 s"), (0.0345, "34.5 ms"),
                               (1.5e-4, "0.150 ms"), (2.5e-6, "2.50 µs"), (4e-9, "4.00 ns"),
                               (9.8e-3, "9.80 ms"), (9.999e-6, "10.0 µs"),
                               (0, "0 ns")):
            self.assertEqual(text.figure(seconds), words)
        self.assertEqual([text.times(r) for r in (0.951, 9.44, 74.3, 1234.5)],
                         ["0.95x", "9.4x", "74.3x", "1234x"])

    def test_tables(self):
        rows = [("a", "b"), ("long", "1"), ("s", "22")]
        self.assertEqual(text.aligned(rows, {1}), ["a      b", "long   1", "s     22"])
        self.assertEqual(text.markdown([("a", "b"), ("x|y", "1")], {1}),
                         ["| a | b |", "| --- | ---: |", "| x\\|y | 1 |"])


class Reports(unittest.TestCase):
    def test_of_a_workload(self):
        rows, _ = tables.workload(example(), example()["workloads"][0])
        self.assertEqual([row[0] for row in rows], ["who", "Lithe", "Numpy", "Lithe", "Numpy"])
        self.assertEqual([row[2] for row in rows[1:]], ["1"] * 4)  # round
        self.assertEqual([row[8] for row in rows[1:]], ["1.0x", "20.0x", "1.0x", "10.0x"])

    def test_the_summary_has_the_fastest_peer(self):
        rows, _ = tables.summary(example())
        self.assertEqual(rows[1][4:7], ("Numpy", "10.0 µs", "10.0x"))
        self.assertEqual(rows[2][4], "-")

    def test_the_first_table_has_the_spread_over_the_rounds(self):
        results = [result("call", "lithe", 2e-6, medians=[1e-6, 2e-6, 4e-6]),
                   result("call", "numpy", 8e-6, medians=[6e-6, 8e-6, 8e-6])]
        rows, _ = tables.first(found(["call", "call-digits"], results))
        self.assertEqual(len(rows), 2)  # the other workload is none of the first
        self.assertEqual(rows[1][2:5], ("2.00 µs", "Numpy 8.00 µs", "4.0x (2.0x..6.0x)"))
        self.assertEqual(rows[1][5:], ("-", "-", "-"))

    def test_without_short_names_all_stand_first(self):
        one = found(["call-digits"], [result("call-digits", "lithe", 1e-6)])
        self.assertEqual(len(tables.first(one)[0]), 2)
        self.assertNotIn("## All workloads", document.markdown(one, "", ""))
        self.assertIn("## All workloads", document.markdown(
            found(["call", "call-digits"], [result("call", "lithe", 1e-6)]), "", ""))

    def test_where_lithe_is_behind_stands_first(self):
        self.assertEqual(compare.behind(example()), "")
        results = [result("call", "lithe", 2e-6), result("call", "numpy", 1e-6),
                   result("call", "jax", 1e-7, 0)]  # as installed: against nothing alike
        words = document.markdown(found(["call"], results), "", "").split("## What each")[0]
        self.assertIn("Lithe is not always ahead: Numpy takes 0.50 times Lithe's time for "
                      '"784-30-10, inference: one example a call".', words)

    def test_too_few_rounds_are_named(self):
        words = "Fewer than 3 rounds"
        self.assertNotIn(words, document.where(example()))
        self.assertIn(words, document.where({**example(), "rounds": 2}))
        self.assertNotIn(words, document.where({**example(), "rounds": 1, "quick": True}))

    def test_the_readme_has_the_first_table(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "README.md")
            path.write_text(f"# Title\n\n{readme._BEGIN}\nold\n{readme._END}\n\nThe rest.\n")
            readme.write(path, example())
            words = path.read_text(encoding="utf-8")
            readme.write(path, example())
            self.assertEqual(path.read_text(encoding="utf-8"), words)
            path.write_text("# Title\n")
            with self.assertRaisesRegex(ValueError, "README.md has no lines"):
                readme.write(path, example())
            with self.assertRaisesRegex(ValueError, "No such file"):
                readme.parts(pathlib.Path(folder, "nowhere"))
        self.assertTrue(words.startswith("# Title\n\n<!--"))
        self.assertTrue(words.endswith("\n\nThe rest.\n"))
        self.assertNotIn("old", words)
        self.assertIn("| **1.00 µs** | Numpy 10.0 µs | 10.0x | - |", words)

    def test_who_is_left_out_for_the_same_reason_shares_a_row(self):
        late = [{"title": title, "workload": "call", "reason": "time was up"}
                for title in ("A, one thread", "A, as installed", "B, one thread")]
        rows, _ = tables.left_out(found([], [], left_out=[*late, {
            "title": "C, one thread", "workload": "call", "reason": "exit status 1"}]))
        self.assertEqual(rows[1:], [("A; B", "call", "time was up"),
                                    ("C, one thread", "call", "exit status 1")])

    def test_the_document_names_what_is_missed_and_missing(self):
        words = document.markdown(example(), "benchmarks.svg", "benchmarks.json")
        self.assertIn("missed: tanh300, a step", words)
        self.assertIn("| JAX | everything | not \\| installed |", words)
        self.assertNotIn("QUICK", words)
        self.assertIn("QUICK", document.markdown({**example(), "quick": True}, "", ""))

    def test_the_picture_is_sound(self):
        for one in (example(), found([], []), found(["call"], [result("call", "lithe", 1e-6)])):
            xml.dom.minidom.parseString(picture.draw(one).encode())
        drawn = picture.draw(example())
        self.assertEqual(drawn.count("<title>Numpy: "), 2)
        self.assertIn(">Numpy 10.0x</text>", drawn)  # the fastest by its name

    def test_the_terminal(self):
        words = report.text(example())
        self.assertIn("not | installed", words)
        self.assertIn("MISSED", words)

    def test_the_json_is_the_same_again(self):
        one = report.rounded(example())
        self.assertEqual(json.loads(report.dumps(one)), one)
        self.assertEqual(report.rounded({"a": [1.23456789, 3]}), {"a": [1.23457, 3]})


class Stored(unittest.TestCase):
    def test_the_documents_are_what_the_measurements_make(self):
        for name in ("benchmarks", "benchmarks-sequences"):
            base = ROOT / "docs" / f"{name}.json"
            measured = json.loads(base.read_text(encoding="utf-8"))
            for ending, made in ((".md", document.markdown(measured, f"{name}.svg", base.name)),
                                 (".svg", picture.draw(measured)),
                                 (".json", report.dumps(measured))):
                stored = base.with_suffix(ending).read_text(encoding="utf-8")
                self.assertTrue(stored == made, f"docs/{name}{ending} is not what its JSON makes: "
                                f"lithe bench --from docs/{name}.json --document docs/{name}.md")

    def test_the_readme_is_what_the_measurement_makes(self):
        measured = json.loads((ROOT / "docs" / "benchmarks.json").read_text(encoding="utf-8"))
        before, after = readme.parts(ROOT / "README.md")
        words = (ROOT / "README.md").read_text(encoding="utf-8")
        self.assertTrue(words == before + readme.part(measured) + after, "README.md's table is "
                        "another: lithe bench --from docs/benchmarks.json --readme README.md")

    def test_no_figure_is_another_machines(self):
        for path in ROOT.glob("docs/benchmarks*.md"):
            self.assertNotIn("scaled by the peak:", path.read_text(encoding="utf-8"), path.name)


if __name__ == "__main__":
    unittest.main()
