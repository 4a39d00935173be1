"""Tables as text, for the terminal."""


def heading(words):
    return f"\n{words}\n{'-' * len(words)}"


def aligned(rows, right=frozenset()):
    """The rows as lines, each column as wide as its widest cell; those in `right` end together."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) if i in right else cell.ljust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows]


def libraries(results):
    """What each result ran on: rows of a table, its head first, each said once."""
    rows = [("who", "settings", "version", "BLAS", "kernels")]
    for r in results:
        versions = ", ".join(f"{name} {version}" for name, version in r["versions"].items())
        row = (r["title"], r["settings"], versions, r["blas"], r["kernels"])
        rows += [row] if row not in rows else []
    return rows


def markdown(rows, right=frozenset()):
    """The same as a Markdown table."""
    head, *rest = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    rule = ["---:" if i in right else "---" for i in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rest)]
