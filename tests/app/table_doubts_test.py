"""What is doubtful in a table, or cannot be right: it is said before anything is trained."""

import random
import unittest

from support import AppTest


class Doubts(AppTest):
    def write(self, *lines, name="t.csv"):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def show(self, *lines, options=(), status=0):
        self.write(*lines)
        result = self.run_lithe("data", "show", "t.csv", *options, status=status)
        return " ".join((result.stdout + result.stderr).split())


class Indices(Doubts):
    def table(self, header, line, rows=60):
        draw = random.Random(1)
        return [header] + [line(i, draw) + f",{draw.random():.3f},{'xy'[2 * i // rows]}"
                           for i in range(rows)]

    def test_two_indices(self):
        for header in [",Unnamed: 0,a,kind", "Unnamed: 0,Unnamed: 0.1,a,kind"]:
            told = self.show(*self.table(header, lambda i, _: f"{i},{i}"))
            self.assertIn(": 1 feature ", told)
            self.assertEqual(told.count("left out: it counts the rows"), 4)  # columns and notes

    def test_numbers_of_orders(self):
        told = self.show(*self.table("id,order_id,a,kind", lambda i, _: f"{10000 + i},{5000 + i}"))
        self.assertIn(": 1 feature ", told)
        told = self.show(*self.table("OrderID,paid,a,kind",
                                     lambda i, draw: f"{9000 + i * 37 % 60},{draw.random():.3f}"))
        self.assertIn('"OrderID" is left out: its whole numbers are all different', told)
        self.assertIn(": 2 features ", told)

    def test_what_counts_under_another_name_is_a_warning(self):
        told = self.show(*self.table("t,b,a,kind", lambda i, draw: f"{700 + i},{draw.random():.3f}"))
        self.assertIn('Warning: "t" is one more in each row, as if it counted the rows (otherwise: '
                      '--ignore "t")', told)
        told = self.show(*self.table("t,b,a,kind", lambda i, draw: f"{700 + i},{draw.random():.3f}"),
                         options=["--ignore", "t"])
        self.assertNotIn("Warning", told)
        years = self.table("year,b,a,kind", lambda i, draw: f"{1950 + i},{draw.random():.3f}")
        self.assertNotIn("Warning", self.show(*years))


class Percents(Doubts):
    def test_some_with_a_sign_and_some_without(self):
        rows = [f"{i % 90 + 1}{'' if i == 1500 else '%'},{'xy'[i % 2]}" for i in range(2000)]
        told = self.show("p,kind", *rows, status=1)
        self.assertIn("1999 of the 2000 numbers of the column have a percent sign, and '61' has none",
                      told)
        self.assertIn("t.csv, line 1502, column 1", told)
        few = [f"{i % 90 + 1}{'%' if i == 1500 else ''},{'xy'[i % 2]}" for i in range(2000)]
        self.assertIn("1 of the 2000 numbers of the column have a percent sign, and '61%' has one",
                      self.show("p,kind", *few, status=1))

    def test_new_rows(self):
        rows = [f"{i % 90 + 1}%,{i % 11},{'xy'[i % 2]}" for i in range(100)] + ["0,1,x"]
        self.write("p,q,kind", *rows)
        self.run_lithe("train", "--data", "t.csv", "--epochs", "1", "--output", "m.safetensors")
        self.write("p,q", "30%,1", "0,2", name="good.csv")
        self.run_lithe("predict", "m.safetensors", "good.csv")
        for row, text in [("30,1", "'30' has not a percent sign"), ("30%,1%", "'1%' has a percent sign")]:
            self.write("p,q", row, name="wrong.csv")
            error = self.run_lithe("predict", "m.safetensors", "wrong.csv", status=1).stderr
            self.assertIn(text, " ".join(error.split()))

    def test_a_target(self):
        told = self.show("a,y", *[f"{i * 7 % 50}.5,{i * 3 % 97}.5%" for i in range(200)])
        self.assertIn("regression of y", told)


class Dates(Doubts):
    def test_days_and_months_in_another_order(self):
        self.write("day,a,kind", *[f"{i % 12 + 1:02}/{i % 28 + 1:02}/2023,{i * 7 % 50}.5,{'xy'[i % 2]}"
                                   for i in range(100)])
        self.run_lithe("train", "--data", "t.csv", "--epochs", "1", "--output", "m.safetensors")
        self.write("day,a", "13/02/2023,1.5", name="new.csv")
        error = " ".join(self.run_lithe("predict", "m.safetensors", "new.csv", status=1).stderr.split())
        self.assertIn("'13/02/2023' where a date belongs: the dates of the column have the month first",
                      error)
        told = self.run_lithe("predict", "m.safetensors", "new.csv", "--missing-text", "13/02/2023")
        self.assertRegex(told.stderr, r'1 missing value of "day" counts as 2023-0\d-\d\d')

    def test_a_target(self):
        told = self.show("a,due", *[f"{i * 7 % 50}.5,2024-{i % 12 + 1:02}-{i % 28 + 1:02}"
                                    for i in range(100)])
        self.assertIn("due target, a date", told)
        self.assertIn('Note: "due" is a date: it is learned, answered and scored in days', told)
        self.run_lithe("train", "--data", "t.csv", "--epochs", "1", "--output", "m.safetensors")
        self.assertRegex(self.run_lithe("evaluate", "m.safetensors").stdout, r"rmse [\d.]+ days of 20 ")


class Thousands(Doubts):
    def test_points_that_may_divide_thousands(self):
        rows = [f"{i % 9 + 1}.{100 + i * 37 % 900};{'xy'[i % 2]}" for i in range(80)]
        warning = ('"x" is read with a decimal point, but may have a point between thousands '
                   '(otherwise: --decimal comma)')
        told = self.show("x;kind", *rows)
        self.assertIn(warning, told)
        self.assertIn("number, 1.1", told)
        told = self.show("x;kind", *rows, options=["--decimal", "comma"])
        self.assertNotIn("Warning", told)
        self.assertRegex(told, r"x number, 1\d\d\d to 9\d\d\d")
        # A number such as 2.5 says what the point is.
        self.assertNotIn("Warning", self.show("x;kind", *rows, "2.5;x"))
        self.assertNotIn("Warning", self.show("x,kind", *(row.replace(";", ",") for row in rows)))


class Texts(Doubts):
    def test_spellings(self):
        rows = [f"{i * 7 % 50}.5,{['Red', 'red', 'blue'][i % 3]},"
                f"{['Yes', 'YES', chr(34) + 'yes ' + chr(34), 'no'][i % 4]}" for i in range(120)]
        told = self.show("a,colour,kind", *rows)
        self.assertIn('"Red" and "red" of "colour" differ in case or blanks alone and are different '
                      'categories', told)
        self.assertIn('"YES", "Yes" and "yes " of "kind" differ in case or blanks alone and are '
                      'different classes', told)


class Sums(Doubts):
    def table(self, last):
        return ["region,x,y", *[f"{['north', 'south', 'east'][i % 3]},{i * 7 % 90 + 10},"
                                f"{i * 13 % 900 + 100}" for i in range(60)], last]

    def test_a_last_row_without_a_name(self):
        self.assertIn("the last row may be a sum of the others", self.show(*self.table(",4000,40000")))
        self.assertNotIn("may be a sum", self.show(*self.table(",50,500")))

    def test_a_sum_among_the_rows(self):
        table = self.table("north,20,300")
        table.insert(30, "Subtotal,2000,20000")
        self.assertIn('"Subtotal" in "region" seems to name a sum of other rows', self.show(*table))


class Folds(Doubts):
    def test_fixed_test_rows_are_not_divided(self):
        rows = [f"{i * 7 % 50}.5,{'xy'[i % 2]}" for i in range(60)]
        self.write("a,kind", *rows)
        self.write("a,kind", *rows[:20], name="test.csv")
        error = self.run_lithe("train", "--data", "t.csv", "--test-data", "test.csv", "--cv", "3",
                               status=2).stderr
        self.assertIn("the test rows are fixed", error)
        self.assertIn("--seeds", error)


if __name__ == "__main__":
    unittest.main()
