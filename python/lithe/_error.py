"""The one exception that Lithe raises for a user's mistake or a failing machine."""

from __future__ import annotations


class Error(ValueError):
    """What was wrong, where, and what to do about it.

    Attributes
    ----------
    problem : str
        What was wrong.
    where : str
        A file, an option, or the place in a sentence; may be empty.
    remedy : str
        What would be right; may be empty.
    kind : str
        One of "usage", "sentence", "data", "model", "io", "numeric", "machine".
    """

    def __init__(
        self, problem: str, where: str = "", remedy: str = "", kind: str = "usage", message: str = ""
    ) -> None:
        super().__init__(message or "\n".join(part for part in (problem, where, remedy) if part))
        self.problem = problem
        self.where = where
        self.remedy = remedy
        self.kind = kind

    def __reduce__(self) -> tuple[object, ...]:
        return Error, (self.problem, self.where, self.remedy, self.kind, str(self))


class CopyWarning(UserWarning):
    """Features had to be copied, because Lithe cannot read them where they lie."""
