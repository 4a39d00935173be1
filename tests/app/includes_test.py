"""The program is a user of the library: it includes public headers, and of src/ only what is listed
here with its reason. A line that is no longer needed fails too, so that the list only becomes
shorter."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

ALLOWED = {
    # Helpers that are about files and words, not about networks; as public headers they would have
    # to be kept for ever.
    "base/figure.h", "base/file.h", "base/folders.h", "base/json_depth.h",
    "base/mapped_file.h", "base/nearest.h",
    # Amounts as people read them: the findings of `lithe doctor -- PROGRAM`, which the library
    # writes, and the program's table have them in one form.
    "program/amounts.h",
    # The same for names of source files, which the page, written by the library, has too.
    "program/paths.h",
}


class Includes(unittest.TestCase):
    def test_only_what_is_listed(self):
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        used = set()
        for path in sorted((ROOT / "apps").rglob("*.[hc]*")):
            for name in re.findall(r'^#include "(([^/"]+)/[^"]+)"', path.read_text(), re.M):
                if name[1] in folders:
                    used.add(name[0])
        self.assertEqual(used, ALLOWED)


if __name__ == "__main__":
    unittest.main()
