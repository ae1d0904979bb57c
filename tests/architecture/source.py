"""Reads a tree of Python files for the checks: parsed once, with the names that its imports give."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from config.domains import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
LABELS = {row.package: row.label for row in DOMAINS}
ALIASES = {row.package: row.alias for row in DOMAINS}
FOLDERS = {package: Path("platform" if package in ("operations", "strangler") else "") / package for package in LABELS}
CODE = (
    *(str(folder) for folder in FOLDERS.values()),
    "platform/chassis",
    "platform/contracts",
    "config",
    "tests",
    "bench",
)


@dataclass(frozen=True, order=True)
class Violation:
    """A rule broken at a place."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass
class Module:
    """One parsed file. `package` is its top-level package: a domain's, chassis, contracts, config or tests."""

    path: str
    tree: ast.Module = field(repr=False)

    @cached_property
    def package(self) -> str:
        parts = Path(self.path).parts
        return parts[1] if parts[0] == "platform" else parts[0]

    @cached_property
    def label(self) -> str:
        """The domain's Django label, or an empty string."""
        return LABELS.get(self.package, "")

    @cached_property
    def is_test(self) -> bool:
        parts = Path(self.path).parts
        return "tests" in parts or parts[-1] in ("conftest.py", "testing.py")

    @cached_property
    def is_migration(self) -> bool:
        return "migrations" in Path(self.path).parts

    @cached_property
    def names(self) -> dict[str, str]:
        """What each imported name stands for: `tz` -> `django.utils.timezone`."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for item in node.names:
                    if item.asname:
                        found[item.asname] = item.name
                    else:
                        top = item.name.partition(".")[0]
                        found[top] = top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for item in node.names:
                    found[item.asname or item.name] = f"{node.module}.{item.name}"
        return found

    def dotted(self, node: ast.AST) -> str:
        """The full name of what an expression refers to, through this module's imports; "" if it is none."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            inner = self.dotted(node.value)
            return f"{inner}.{node.attr}" if inner else f".{node.attr}"
        return ""

    @cached_property
    def docstrings(self) -> set[int]:
        """Identities of the constants that are docstrings."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    found.add(id(first.value))
        return found

    def texts(self) -> Iterator[ast.Constant]:
        """String constants, parts of f-strings included, docstrings left out."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in self.docstrings:
                yield node

    def calls(self) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node

    def at(self, node: ast.AST, rule: str, text: str) -> Violation:
        return Violation(self.path, getattr(node, "lineno", 1), rule, text)


def files(root: Path) -> list[Path]:
    """Python files of the tree, relative to it, without what is generated or hidden."""
    found = []
    for folder in (*CODE, "."):
        pattern = "*.py" if folder == "." else "**/*.py"
        found += [path.relative_to(root) for path in (root / folder).glob(pattern)]
    found += [path.relative_to(root) for path in (root / "platform").glob("*.py")]
    return sorted({path for path in found if not {"build", "__pycache__"} & set(path.parts)})


def modules(root: Path) -> list[Module]:
    """All files parsed; a file that does not parse is its owner's problem and left to the linter."""
    found = []
    for path in files(root):
        try:
            found.append(Module(path.as_posix(), ast.parse((root / path).read_text())))
        except SyntaxError:
            continue
    return found


def constant(node: ast.AST | None) -> str | None:
    """The value of a string constant."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
