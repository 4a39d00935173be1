#!/usr/bin/env python3
"""What a digest depends on, how runs.toml is rewritten, and how a name is found forgotten."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import digests  # noqa: E402

TOLD = """# Head
[[run]]
name = "one"  # why
words = ["train", "--network", "dense(2, tanh)"]
digest = ""  # kept

[[run]]
name = "two"
words = ["digest = \\"\\""]
digest = "0a"
"""


def model(tensors, notes=None):
    """The bytes of a safetensors file with these (name, type, shape, bytes) in their order."""
    header, at = {"__metadata__": notes} if notes else {}, 0
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(tensor[3] for tensor in tensors)


def digest(*tensors, notes=None):
    with tempfile.NamedTemporaryFile() as file:
        path = pathlib.Path(file.name)
        path.write_bytes(model(tensors, notes))
        return digests.digest_of(path)


class Digest(unittest.TestCase):
    a, b = ("a", "F32", [1, 2], b"12345678"), ("b", "F32", [1], b"abcd")

    def test_notes_and_places_do_not_count(self):
        self.assertEqual(digest(self.a, self.b), digest(self.b, self.a, notes={"lithe.loss": "x"}))

    def test_all_else_does(self):
        other = [("a", "F32", [1, 2], b"12345679"), ("a", "F32", [2, 1], b"12345678"),
                 ("a", "F64", [1, 2], b"12345678"), ("c", "F32", [1, 2], b"12345678")]
        found = {digest(self.a, self.b), digest(self.a), *(digest(a, self.b) for a in other)}
        self.assertEqual(len(found), len(other) + 2)


class Rewriting(unittest.TestCase):
    def test_only_digests_change(self):
        new = digests.with_digests(TOLD, {"one": "12", "two": "34"})
        self.assertEqual(new, TOLD.replace('""  # kept', '"12"  # kept').replace("0a", "34"))

    def test_a_run_that_cannot_be_stored_is_noticed(self):
        with self.assertRaises(AssertionError):
            digests.with_digests(TOLD.replace('digest = "0a"', ""), {"one": "12", "two": "34"})


class Names(unittest.TestCase):
    def test_listing(self):
        listing = "dense(units, activation=identity)\n    a layer\n    units  a number\n\nflatten\n    x\n"
        self.assertEqual(digests.names_in(listing), ["dense", "flatten"])

    def test_keys_are_not_spoken(self):
        words = ["--network", "dense(2, tanh, init=normal(std=2)) -> batch_norm(momentum = 0.1)"]
        spoken = digests.spoken([{"words": words}])
        self.assertEqual(spoken, {"dense", "tanh", "normal", "batch_norm"})


if __name__ == "__main__":
    unittest.main()
