"""What callgrind counted, from its text: https://valgrind.org/docs/manual/cl-format.html."""

import re


def by_function(text):
    """Instructions of each function itself, without those of what it calls.

    The text must name functions in full and have no positions to subtract (--compress-strings=no,
    --compress-pos=no), and count instructions alone. What another library than the program's own
    does carries its file's name: "memcpy [libc.so.6]".
    """
    counts = {}
    program = _file(_value(text, "cmd:").split(" ")[0])
    library, function, of_call = "", "", False
    for line in text.splitlines():
        if line.startswith("ob="):
            library = "" if _file(line[3:]) == program else f" [{_file(line[3:])}]"
        elif line.startswith("fn="):
            function = line[3:]
        elif line.startswith("calls="):
            of_call = True  # the line behind it holds what the call cost in all
        elif line[:1].isdigit():
            if not of_call:
                name = _plain(function) + library
                counts[name] = counts.get(name, 0) + int(line.split()[1])
            of_call = False
    if sum(counts.values()) != int(_value(text, "summary:")):
        raise ValueError("the functions' instructions do not sum up to callgrind's own sum")
    return counts


def _file(path):
    return path.rpartition("/")[2]


def _value(text, key):
    found = re.search(f"^{key} *(.*)$", text, re.MULTILINE)
    if not found:
        raise ValueError(f"callgrind's text has no line '{key}'")
    return found[1]


def _plain(name):
    """What a person calls it: no arguments, no namespaces of kernels, no version or split-off part.

    Functions that then have one name, such as overloads, are counted as one.
    """
    name = re.sub(r"lithe::|N_AVX2::|\(anonymous namespace\)::|\[abi:\w+\]|^void ", "", name)
    name = re.sub(r"@@?\w+_[\d.]+$|\.(part|isra|constprop|cold)\b[.\d]*$", "", name)
    depth = 0
    for place, letter in enumerate(name):
        depth += (letter in "<{") - (letter in ">}")
        if letter == "(" and depth == 0 and place > 0 and not name[:place].endswith("operator"):
            return name[:place]
    return name
