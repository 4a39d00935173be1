"""The program is a user of the library: it includes public headers, and of src/ only what is listed
here with its reason. A line that is no longer needed fails too, so that the list only becomes
shorter."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Helpers that are about files and words, not about networks; as public headers they would have to
# be kept for ever.
HELPERS = {"base/file.h", "base/folders.h", "base/nearest.h"}
# Pictures as such: public is what reads folders of them (lithe/images.h).
PICTURES = {"data/pictures/image.h", "data/pictures/image_file.h", "data/pictures/contact_sheet.h"}
ALLOWED = HELPERS | PICTURES | {
    # `lithe data show --augment` draws single augmented images, which training never hands out.
    "augment/augment.h", "base/aligned.h", "catalogue/catalogue.h", "network/bind.h",
    "graph/op.h", "train/model_data.h",  # `lithe show` prints the layers of a model's graph
    "limits/all_cores.h",                # what all cores read from memory, for a profile
    "blas/choice.h",                     # the short name of a BLAS
    "program/amounts.h",                 # amounts as people read them
    "report/drawing.h",                  # the curve of `lithe rl train`
    "environments/protocol.h",           # `lithe rl serve` speaks it
    "base/random.h",                     # the stream of the player that acts at random
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
