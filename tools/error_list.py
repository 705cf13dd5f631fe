"""Write tests/errors.txt: the message and the hint of every error that the program raises.

    python tools/error_list.py

`tests/test_error_hints.py` fails when the list is not what the code says, so that a new message
is read once by a person. Expressions in a message stand between braces.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "uncounted"
LIST = ROOT / "tests" / "errors.txt"


def classes() -> set[str]:
    """Names of errors, and of what becomes a refusal to estimate."""
    tree = ast.parse((SOURCE / "errors.py").read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {"Refusal"}


def template(node: ast.expr) -> str:
    """A text with its expressions in braces; of a choice both texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(each.value) if isinstance(each, ast.Constant) else f"{{{ast.unparse(each.value)}}}"
            for each in node.values
            if isinstance(each, ast.Constant | ast.FormattedValue)
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return template(node.left) + template(node.right)
    if isinstance(node, ast.IfExp):
        return f"{template(node.body)} / {template(node.orelse)}"
    return f"{{{ast.unparse(node)}}}"


def messages(path: Path, names: set[str]) -> Iterator[str]:
    """The entries of one module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        if name not in names or not node.args:
            continue
        texts = [template(each) for each in node.args if not isinstance(each, ast.Starred)]
        texts += [template(each.value) for each in node.keywords if each.arg == "hint"]
        yield f"{name}: " + "\n    ".join(text for text in texts if text != "{None}")


def error_list() -> str:
    """The whole list, in order of its words, each entry once."""
    names = classes()
    found = {entry for path in SOURCE.rglob("*.py") for entry in messages(path, names)}
    return "\n".join(sorted(found)) + "\n"


def main(*, check: bool) -> int:
    """Write the list, or say that it is not what the code says."""
    if not check:
        LIST.write_text(error_list(), encoding="utf-8")
    elif LIST.read_text(encoding="utf-8") != error_list():
        print("tests/errors.txt is not what the code says: read the new messages, then run")
        print("python tools/error_list.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
