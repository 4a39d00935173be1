"""The errors that the sources name, with the remedy of each: for the tests of remedies."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Folders and files whose messages are about data, tables, arrays, pictures and answers.
PLACES = ["src/data", "src/text", "src/train/defaults.cc", "apps/lithe/command_data.cc",
          "apps/lithe/command_evaluate.cc", "apps/lithe/command_predict.cc",
          "apps/lithe/cross_validation.cc", "apps/lithe/data_sheet.cc", "apps/lithe/model_kind.cc", "apps/lithe/output_file.cc",
          "apps/lithe/pictures.cc", "apps/lithe/predict_text.cc", "apps/lithe/table_options.cc", "apps/lithe/text_options.cc", "apps/lithe/train_setup.cc",
          "apps/lithe/training_data.cc"]
CALL = re.compile(r"(?<![\w:.>])(?:(?:\w+[.]|\w+->)?(?:fail|refuse|misuse)\w*|Error)\(")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def files():
    for place in PLACES:
        path = ROOT / place
        yield from sorted(path.rglob("*.cc")) + sorted(path.rglob("*.h")) if path.is_dir() else [path]


def arguments(text, at):
    """Those of the call whose bracket opens at `at`."""
    found, depth, start = [], 0, at + 1
    while at < len(text):
        c = text[at]
        if c == '"':
            at = LITERAL.match(text, at).end()
            continue
        if c == "'" and text[at + 2:at + 4].find("'") >= 0:
            at += 3 + (text[at + 1] == "\\")
            continue
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                found.append(text[start:at].strip())
                return found
        elif c == "," and depth == 1:
            found.append(text[start:at].strip())
            start = at + 1
        at += 1
    return found


def literal(argument):
    """Its first text, with the pieces that stand behind one another joined; None where it has none."""
    joined = re.sub(r'(?<!\\)"\s*"', "", argument)
    match = LITERAL.search(joined)
    return match and match.group(1).replace('\\"', '"').replace("\\n", "\n")


def texts(argument):
    return [m.group(1).replace('\\"', '"') for m in LITERAL.finditer(re.sub(r'(?<!\\)"\s*"', "", argument))]


def problems(argument):
    """One, or the two that a condition chooses between."""
    depth, parts, start = 0, [], 0
    bare = LITERAL.sub(lambda match: "_" * len(match.group()), argument)
    for at, c in enumerate(bare):
        depth += (c in "([{") - (c in ")]}")
        alone = bare[at - 1:at + 2].count(c) == 1
        if depth == 0 and alone and (c == "?" or (c == ":" and parts)):
            parts.append(argument[start:at])
            start = at + 1
    parts.append(argument[start:])
    chosen = parts[1:] if len(parts) > 1 else parts
    return [text for text in map(literal, chosen) if text is not None]


def parameters(source):
    """Of each function here that throws: its parameters by name, as often as it is overloaded."""
    found = {}
    for match in re.finditer(r"\b((?:fail|refuse|misuse)\w*)(?: = \[&\])?\(((?:const )?[\w:]+[&*]? (?:[^;{}()]|\{\})*)\)[^;{}]*[{;]",
                             source):
        names = [re.sub(r" = .*", "", p).split()[-1].strip("&*") for p in match.group(2).split(",")]
        found.setdefault(match.group(1), names)
    return found


CONSTANT = re.compile(r"constexpr (?:const char\*|std::string_view) (k\w+) =\s*((?:\"(?:[^\"\\\n]|\\.)*\"\s*)+)")


class Message:
    """An error in the sources: its file, its problem as it is written there, and the texts of its
    remedy. `family`: the file of the helper
    that gives the same remedy to all that it throws."""

    def __init__(self, file, problem, remedy, family=None):
        self.file, self.problem, self.remedy, self.family = file, problem, remedy, family

    def pattern(self):
        return as_pattern(self.problem)


def as_pattern(text):
    """What a format becomes."""
    return ".*".join(re.escape(piece) for piece in re.split(r"\{[^{}]*\}", text.strip()))


def remedy_texts(argument, constants):
    if argument in ("", "{}"):
        return []
    for name in re.findall(r"\bk[A-Z]\w*", argument):
        argument = argument.replace(name, constants.get(name, name))
    return texts(argument) or ["{}"]


def of_helpers(source, constants):
    """The remedy that the helpers of a file add to a problem that they are given."""
    found = {}
    for match in re.finditer(r"\b((?:fail|refuse|misuse)\w*)(?:\([^;{}]*\)[^;{}]*| = \[&\]\([^;{}]*\) )\{\s*throw Error\(", source):
        given = arguments(source, match.end() - 1)
        if len(given) > 3 and re.search(r"\bproblem\b", given[1]):
            found[match.group(1)] = [] if given[3] == "remedy" else remedy_texts(given[3], constants)
    return found


def messages():
    sources = {path: re.sub(r"(?m)(^|\s)//[^\n]*", "", path.read_text()) for path in files()}
    everywhere, constants = {}, {}
    for source in sources.values():
        everywhere.update(parameters(source))
        constants.update({name: value for name, value in CONSTANT.findall(source)})
    shared = {}  # the helper of all decoders of pictures
    for path, source in sources.items():
        if path.name == "image_file.cc":
            shared = of_helpers(source, constants)
    result = []
    for path, source in sources.items():
        own = {**everywhere, **parameters(source)}
        helpers = {**shared, **of_helpers(source, constants)}
        for match in CALL.finditer(source):
            name = re.split(r"[.>]", match.group()[:-1])[-1]
            given = arguments(source, match.end() - 1)
            if name == "Error":
                if not given[0].startswith("ErrorKind"):
                    continue
                names = ["kind", "problem", "where", "remedy"]
            else:
                names = own.get(name, ["problem"] if name in helpers else [])
            values = dict(zip(names, given))
            remedy, family = remedy_texts(values.get("remedy", ""), constants), None
            if not remedy and helpers.get(name):
                remedy = helpers[name]
                family = "image_file.cc" if name in shared else path.name
            result += [Message(str(path.relative_to(ROOT)), problem, remedy, family)
                       for problem in problems(values.get("problem", ""))]
    return result


def options_in_sources():
    """The texts of these sources, without those that declare options."""
    found = []
    for path in files():
        source = re.sub(r"(?m)(^|\s)//[^\n]*", "", path.read_text())
        source = re.sub(r"add_(option|flag)\(\s*\"--[\w-]+\"", "", source)
        found += texts(source)
    return found
