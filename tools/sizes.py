"""Hard stops: 500 lines a file, 60 lines a function."""

import ast
from pathlib import Path

from tools.tree import ROOT, files

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
LINE_COUNTED = {".py", ".ts", ".scss", ".html", ".typ"}


def faults(root: Path = ROOT) -> list[str]:
    """Give one sentence for each file or function that is too long."""
    sentences = []
    for path in files(root, LINE_COUNTED):
        relative = path.relative_to(root)
        if "migrations" in relative.parts:
            continue
        source = path.read_text()
        if (lines := len(source.splitlines())) > LONGEST_FILE:
            sentences.append(f"{relative} has {lines} lines; split it by meaning (at most {LONGEST_FILE})")
        if path.suffix == ".py":
            sentences += [
                f"{relative}:{line} {name} has {length} lines (at most {LONGEST_FUNCTION})"
                for line, name, length in too_long(source)
            ]
    return sentences


def too_long(source: str) -> list[tuple[int, str, int]]:
    """Give (line, name, length) of each function longer than allowed, its docstring not counted."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node, clean=False) is not None:
                length -= (first.end_lineno or first.lineno) - first.lineno + 1
            if length > LONGEST_FUNCTION:
                found.append((node.lineno, node.name, length))
    return found
