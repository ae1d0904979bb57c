"""Which variables of the environment the code reads: found in its syntax, so that no list has to be kept beside it.

A name that is put together stands for those in PUT_TOGETHER. Left out is what only tests and the local stack read.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config.domains import ALIASES, DOMAINS, audit_variable

READERS = {"text", "need", "number", "ratio", "flag", "choice", "names", "url", "secret", "database"}
"""Methods of chassis.environment.Environment that take a variable's name."""
LEFT_OUT = ("tests/", "config/local/", "config/demo/", "config/lift.py", "config/testing.py", "chassis/testing.py")
PUT_TOGETHER = {
    "DATABASE_URL_*": {f"DATABASE_URL_{alias.upper()}" for alias in ALIASES},
    "DATABASE_URL_*_AUDIT": {audit_variable(alias) for alias in ALIASES},
    "*_URL": {f"{row.label.upper()}_URL" for row in DOMAINS if row.label != "strangler"},
    "SANDBOX_*": set(),  # the provider's command line, which sets what its settings read
}
SANDBOX = "commerce/sandbox/settings.py"


@cache
def read_in_code(root: Path) -> frozenset[str]:
    """Names and patterns of every variable that a process of a deployment may read."""
    folders = ("commerce", "catalog", "logistics", "postpurchase", "identity", "platform", "config")
    files = [path for folder in folders for path in (root / folder).rglob("*.py")]
    found: set[str] = set()
    for path in files:
        place = path.relative_to(root).as_posix()
        if not any(part in place for part in LEFT_OUT):
            names = set(_names(ast.parse(path.read_text())))
            found |= {f"SANDBOX_{name}" for name in names if "*" not in name} if place == SANDBOX else names
    for pattern in {name for name in found if "*" in name}:
        found = (found - {pattern}) | PUT_TOGETHER[pattern]
    return frozenset(found)


def _names(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for argument in _arguments(node):
            name = _text(argument, constants)
            if name and name.strip("*_").replace("_", "").isupper():
                yield name


def _arguments(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that stand where a variable's name stands."""
    if isinstance(node, ast.Call) and node.args:
        called = node.func
        method = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if method in READERS or (method in ("get", "setdefault") and _is_environment(called)):
            yield node.args[0]
    if isinstance(node, ast.Subscript) and _is_environment(node):
        yield node.slice
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.JoinedStr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "name" for target in targets):
            yield node.value


def _is_environment(node: ast.expr) -> bool:
    inner = getattr(node, "value", None)
    return isinstance(inner, ast.Attribute) and inner.attr == "environ"


def _text(node: ast.expr, constants: dict[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return ""
