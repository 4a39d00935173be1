"""The tree as its files tell it: the folders of src/ in their order, and who includes what."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = (".h", ".cc", ".inc")


class Folder:
    """One lithe_folder(...) of src/CMakeLists.txt."""

    def __init__(self, name, arguments):
        self.name = name
        lists = {"PUBLIC": [], "USES": [], "LINKS": []}
        into = None
        for word in arguments.split():
            if word in lists:
                into = lists[word]
            elif into is not None:
                into.append(word)
        self.public, self.uses = lists["PUBLIC"], lists["USES"]


def folders(text=None):
    """The folders in the order of src/CMakeLists.txt, the lowest first."""
    if text is None:
        text = (ROOT / "src/CMakeLists.txt").read_text()
    text = re.sub(r"#.*", "", text)
    return [Folder(name, rest) for name, rest in re.findall(r"lithe_folder\(\s*([\w/]+)([^)]*)\)", text)]


def files(*places, suffixes=SOURCES):
    """All files below these folders of the tree (or these files), relative to its root."""
    found = []
    for place in places:
        path = ROOT / place
        below = [path] if path.is_file() else sorted(path.rglob("*"))
        found += [file.relative_to(ROOT) for file in below if file.suffix in suffixes and file.is_file()]
    return found


def includes(path):
    """(line number, what is included) for each #include "..." of a file."""
    lines = (ROOT / path).read_text().splitlines()
    matches = ((number, re.match(r'\s*#\s*include\s+["<]([\w/.-]+)[">]', line))
               for number, line in enumerate(lines, 1))
    return [(number, match.group(1)) for number, match in matches if match]


class Tree:
    """Which folder a file or an include belongs to, and how high that folder stands."""

    def __init__(self, all_folders):
        self.folders = all_folders
        self.height = {folder.name: place for place, folder in enumerate(all_folders)}
        self.owner = {header: folder.name for folder in all_folders for header in folder.public}

    def folder_of(self, include):
        """The folder that "data/tables/csv.h" or "lithe/table.h" belongs to; None for other libraries."""
        if include.startswith("lithe/"):
            return self.owner.get(include.removeprefix("lithe/"))
        return next((folder for folder in self._parents(include) if folder in self.height), None)

    @staticmethod
    def _parents(include):
        return [str(parent) for parent in pathlib.PurePosixPath(include).parents]

    def arrows(self, sources):
        """{(from, to): [where]} between folders, for the files of src/ and include/."""
        found = {}
        for path in sources:
            start = self.folder_of(str(path).removeprefix("src/").removeprefix("include/"))
            for line, include in includes(path):
                end = self.folder_of(include)
                if start and end and start != end:
                    found.setdefault((start, end), []).append(f"{path}:{line}")
        return found

    def runs_up(self, arrow):
        return self.height[arrow[0]] < self.height[arrow[1]]
