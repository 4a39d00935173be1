"""The remedies of errors about data hold: each error that names one is made to happen, what it says
is done, and then the command works. messages.py finds the errors in the sources, remedy_cases.py
says how each is made; an error without a case fails.
"""

import os
import re
import shlex
import shutil
import unittest

from messages import as_pattern, messages, options_in_sources
from remedy_cases import CASES, DIGITS, UNREACHABLE, WITHOUT
from support import AppTest

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
MESSAGES = messages()


def plain(key):
    return key.split("#")[0]


def keys_of(message):
    return {message.problem, os.path.basename(message.file), message.family}


def is_in(message, table):
    return any(plain(key) in keys_of(message) for key in table)


class Sources(AppTest):
    """Nothing is forgotten, and nothing is left over."""

    def test_each_remedy_has_a_case(self):
        self.assertGreater(len(MESSAGES), 200)
        missing = sorted({f"{m.file}: {m.problem}" for m in MESSAGES if m.remedy and
                          not is_in(m, CASES) and not is_in(m, UNREACHABLE)})
        self.assertEqual(missing, [], "add them to remedy_cases.py")

    def test_each_error_has_a_remedy(self):
        missing = sorted({f"{m.file}: {m.problem}" for m in MESSAGES
                          if not m.remedy and not is_in(m, WITHOUT)})
        self.assertEqual(missing, [], "say what to do about it")

    def test_each_case_has_an_error(self):
        known = set().union(*(keys_of(m) for m in MESSAGES))
        for table in (CASES, UNREACHABLE, WITHOUT):
            self.assertEqual([key for key in table if plain(key) not in known], [])

    def test_options_that_are_named_exist(self):
        commands = [["train"], ["evaluate"], ["predict"], ["data", "show"], ["data", "fetch"], ["find-lr"]]
        known = set().union(*(OPTION.findall(self.run_lithe(*c, "--help").stdout) for c in commands))
        named = {option for text in options_in_sources() for option in OPTION.findall(text)}
        self.assertGreater(len(named), 20)
        self.assertEqual(sorted(named - known), [])


class Remedies:
    def write(self, files):
        for name, content in files.items():
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if content is None:
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
            elif callable(content):
                content(path)
            else:
                with open(path, "wb") as file:
                    file.write(content if isinstance(content, bytes) else content.encode())

    def execute(self, command, status=0):
        words = shlex.split(command)
        if words[0] == "rename":
            os.rename(*(os.path.join(self.folder, name) for name in words[1:]))
            return None
        return self.run_lithe(*words, status=status)

    def fail(self, command):
        """What it says, of a command that does not work."""
        try:
            result = self.execute(command, status=1)
        except AssertionError:
            result = self.execute(command, status=2)
        return " ".join(result.stderr.split())

    def check(self, key):
        case = CASES[key]
        self.environment.update({name: value for name, value in case.env.items() if value})
        for name, value in case.env.items():
            if value is None:
                self.environment.pop(name, None)
        self.write(case.files)
        for command in case.prepare:
            self.execute(command)
        told = self.fail(case.fails)
        problem, _, remedy = told.partition(" try: ")
        sources = [m for m in MESSAGES if plain(key) in keys_of(m)]
        shown = lambda text, whole: re.search(" ".join(as_pattern(text).split()), whole)
        self.assertTrue(any(shown(" ".join(m.problem.split()), problem) for m in sources), told)
        self.assertTrue(any(shown(text, remedy) for m in sources for text in m.remedy), told)
        words = case.fails.split()
        command = words[:2] if words[0] == "data" else words[:1]
        options = OPTION.findall(self.run_lithe(*command, "--help").stdout)
        for option in OPTION.findall(remedy):
            self.assertIn(option, options, f"of {' '.join(command)}: {told}")
        self.write(case.change)
        self.execute(case.cure, status=case.status) if case.status == 0 else self.assertNotIn(
            problem, self.fail(case.cure))


# In parts, so that they can run at once.
for part in range(4):
    tests = {}
    for name in list(CASES)[part::4]:
        title = re.sub(r"\W+", "_", name)[:60].strip("_").lower()
        tests["test_" + title + ("_2" if name.endswith("#2") else "")] = (
            lambda self, key=name: self.check(key))
    globals()[f"Part{part}"] = type(f"Part{part}", (Remedies, AppTest), tests)


if __name__ == "__main__":
    unittest.main()
