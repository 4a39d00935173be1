"""What the tests of the program share: running it in a folder of its own, and files to run it on."""

import os
import struct
import subprocess
import tempfile
import unittest
import zlib

LITHE = os.environ["LITHE"]
SANITIZED = "LITHE_SANITIZED" in os.environ
README = os.path.join(os.path.dirname(__file__), "..", "..", "README.md")
NETWORK = "dense(30, sigmoid, normal, normal) -> dense(10, sigmoid, normal, normal)"
DIGITS = ["--data", "digits", "--network", NETWORK, "--examples", "2000", "--batch", "10",
          "--optimizer", "sgd(1.25)"]


def write_png(path, rows, channels=1):
    """A PNG of 8 bits, grey or in colours, from rows of bytes."""
    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)
    header = struct.pack(">IIBBBBB", len(rows[0]) // channels, len(rows), 8,
                         0 if channels == 1 else 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) +
                   chunk(b"IEND", b""))


# Words of exceptions that no user is to see, and what is said where one was not foreseen.
INTERNAL = ["basic_string", "json.exception", "filesystem error", "stod", "stoi", "std::",
            "bad_alloc", "Resource temporarily unavailable", "vector::", "what():", "terminate called",
            "a mistake in Lithe itself"]


def check_words(test, result):
    for word in INTERNAL:
        test.assertNotIn(word, result.stderr, result.args)


class AppTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        # Wide, so that no text is folded; terminal_test.py looks at the folding.
        self.environment = dict(os.environ, COLUMNS="1000", XDG_CACHE_HOME=os.environ.get(
            "LITHE_TEST_CACHE", os.path.join(self.folder, "cache")))

    def run_lithe(self, *arguments, status=0):
        result = subprocess.run([LITHE, *arguments], cwd=self.folder, env=self.environment,
                                capture_output=True, text=True,
                                timeout=900 if SANITIZED else 120)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        check_words(self, result)
        return result

    def train(self, *arguments):
        return self.run_lithe("train", *DIGITS, "--epochs", "2", *arguments)


class TableTest(AppTest):
    """Of tables that a test writes line by line."""

    def write(self, name, lines, encoding="utf-8"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding=encoding) as file:
            file.write("\n".join(lines) + "\n")
        return path

    def train(self, path, *options, **more):
        return self.run_lithe("train", "--data", path, "--threads", "1", "--output", "m.safetensors",
                              *options, **more)
