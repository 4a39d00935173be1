"""A figure that Lithe has promised, and whether a run reached it."""

import dataclasses

# "Never slower" has to allow for what two runs of the same program differ by.
NOISE = 0.97


@dataclasses.dataclass(frozen=True)
class Goal:
    text: str
    must: float
    worth: float
    value: float = None  # None: not measured, `note` says why
    smaller_is_better: bool = False
    note: str = ""
    unit: str = "x"

    def verdict(self):
        if self.value is None:
            return "not measured"
        reached = (lambda bound: self.value <= bound) if self.smaller_is_better else (
            lambda bound: self.value >= bound)
        return "worth reached" if reached(self.worth) else "reached" if reached(
            self.must) else "MISSED"


def table(goals):
    """The rows of the goals' table, its head first."""
    rows = [("goal", "measured", "must", "worth", "", "with")]
    for goal in goals:
        sign = "<=" if goal.smaller_is_better else ">="
        rows.append((goal.text, "-" if goal.value is None else f"{goal.value:.2f}{goal.unit}",
                     f"{sign} {goal.must:.3g}{goal.unit}", f"{sign} {goal.worth:.3g}{goal.unit}",
                     goal.verdict(), goal.note))
    return rows


def as_json(goals):
    return [{**vars(goal), "verdict": goal.verdict()} for goal in goals]
