"""Completion scripts and the manual page, which are made from the declarations of the options.

Run by ctest with the program's path in LITHE, and the folder of the files that the build has made
in LITHE_SHARE.
"""

import os
import re
import shutil
import subprocess
import unittest

LITHE = os.environ["LITHE"]
SHARE = os.environ["LITHE_SHARE"]
SUBCOMMANDS = {"data": ["show", "fetch", "list", "clean"],
               "rl": ["train", "evaluate", "list", "play", "serve"]}


def lithe(*arguments):
    return subprocess.run([LITHE, *arguments], capture_output=True, text=True, check=True,
                          timeout=60).stdout


def commands():
    """Each command with the options that its help names; not bench, whose are Python's."""
    names = re.findall(r"^  ([a-z-]+) {2,}", lithe("--help"), re.M)
    paths = [[name] for name in names if name != "bench" and name not in SUBCOMMANDS]
    paths += [[name, part] for name, parts in SUBCOMMANDS.items() for part in parts]
    return {" ".join(path): re.findall(r"^  (?:-\w, )?(--[a-z-]+)", lithe(*path, "--help"), re.M)
            for path in paths}


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = commands()

    def test_the_build_makes_what_the_program_prints(self):
        for what, path in [("bash", "bash-completion/completions/lithe"),
                           ("zsh", "zsh/site-functions/_lithe"),
                           ("fish", "fish/vendor_completions.d/lithe.fish"),
                           ("man", "man/man1/lithe.1")]:
            with open(os.path.join(SHARE, path), encoding="utf-8") as file:
                text = file.read()
            # Recipes beside the working folder may differ.
            self.assertEqual(text.splitlines()[0], lithe("completion", what).splitlines()[0])
            self.assertGreater(len(text), 5000)

    def test_every_option_is_in_each(self):
        self.assertGreater(len(self.commands["train"]), 40)
        bash, zsh, fish, man = (lithe("completion", what) for what in ("bash", "zsh", "fish", "man"))
        sections = re.split(r"^\.SS lithe ", man, flags=re.M)[1:]
        pages = {section.split("\n")[0].replace("\\-", "-"): section.replace("\\-", "-")
                 for section in sections}
        for command, options in self.commands.items():
            self.assertIn("--help", options)
            line = re.search(rf"^    '{command}'\) words='(.*)' ;;$", bash, re.M).group(1).split()
            case = re.search(rf"^    '{command}'\) _arguments (.*) ;;$", zsh, re.M).group(1)
            for option in options:
                with self.subTest(command + " " + option):
                    self.assertIn(option, line)
                    self.assertRegex(case, rf"'\*?{option}\[")
                    self.assertRegex(fish, rf"(?m)seen_subcommand_from {command.split()[-1]}'"
                                           rf".* -l {option[2:]}\b")
                    if option != "--help":
                        self.assertIn(option, pages[command])

    def test_shells_read_them(self):
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell) is None:
                continue
            subprocess.run([shell, "-n"], input=lithe("completion", shell), text=True, check=True,
                           timeout=60)

    def complete(self, *words):
        script = (lithe("completion", "bash") +
                  "COMP_WORDS=(" + " ".join(f"'{word}'" for word in words) + ")\n"
                  "COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))\n_lithe\n"
                  'printf "%s\\n" "${COMPREPLY[@]}"\n')
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True,
                              cwd="/", timeout=60)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes(self):
        self.assertEqual(self.complete("lithe", "eva"), ["evaluate"])
        self.assertEqual(self.complete("lithe", "train", "--epo"), ["--epochs"])
        self.assertEqual(self.complete("lithe", "train", "--precision", "float"),
                         ["float32", "float64"])
        self.assertEqual(self.complete("lithe", "train", "--precision", "bf"), ["bfloat16"])
        self.assertEqual(self.complete("lithe", "train", "--loss", "quad"), ["quadratic"])
        self.assertEqual(self.complete("lithe", "train", "see"), ["seed"])
        self.assertEqual(self.complete("lithe", "data", "fe"), ["fetch"])
        self.assertEqual(self.complete("lithe", "data", "fetch", "--mir"), ["--mirror"])
        self.assertEqual(self.complete("lithe", "list", "optim"), ["optimizers"])

    def test_the_manual_page_is_sound(self):
        page = lithe("completion", "man")
        for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT"]:
            self.assertIn(f"\n.SH {heading}\n", page)
        self.assertIn("dropout", page)  # the catalogue
        if shutil.which("groff") is None:
            self.skipTest("needs groff (apt-get install groff-base)")
        done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8"], input=page, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
