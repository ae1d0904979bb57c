"""Checks of what holds in every file: where time comes from, how files are named, what `platform/` may hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import Module, Violation, files

CLOCKS = {
    "django.utils.timezone.now",
    "django.utils.timezone.localdate",
    "django.utils.timezone.localtime",
    "django.db.models.functions.Now",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.gmtime",
    "time.localtime",
}
SQL_CLOCK = re.compile(r"\b(now\(\)|current_timestamp|current_date|clock_timestamp\(\)|statement_timestamp\(\))", re.I)
SQL_VERB = re.compile(r"\b(select|insert|update|delete|where|values)\b", re.I)
# The provider is another company's server and has its own clock; the local stack watches real processes;
# a demo's travelling must not open or close a rate limit.
CLOCK_EXEMPT = (
    "platform/chassis/clock.py",
    "platform/chassis/access/ratelimit.py",
    "commerce/sandbox/",
    "logistics/carrier_sandbox/",
    "config/local/",
    "config/lift.py",
    "bench/",
    "tests/",
)
FORBIDDEN_NAMES = {"service", "services", "util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
WORD_LISTS = ("config/demo/words/", "config/demo/drawings/")  # named for the goods; "services" are sold there


def clocks(modules: list[Module]) -> Iterator[Violation]:
    """The current time from anywhere but `chassis.clock`, SQL and Django's auto_now included."""
    rule = "clock"
    for module in modules:
        if module.is_test or module.is_migration or module.path.startswith(CLOCK_EXEMPT):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute) and module.dotted(node) in CLOCKS:
                yield module.at(node, rule, f"{module.dotted(node)} instead of chassis.clock.now")
            elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
                yield module.at(node.value, rule, f"{node.arg} instead of chassis.clock.now")
        for text in module.texts():
            found = SQL_CLOCK.search(text.value)
            if found and SQL_VERB.search(text.value):
                yield module.at(text, rule, f"{found[1]} in SQL instead of a parameter from chassis.clock.now")


def silent_views(modules: list[Module]) -> Iterator[Violation]:
    """A view that catches: errors carry their own code and status, and one handler renders them."""
    for module in modules:
        if Path(module.path).name != "api.py" or not module.label or module.path.startswith("commerce/sandbox/"):
            continue
        for node in ast.walk(module.tree):
            # Turning a parser's error into a DomainError is no answer of the view's own.
            if isinstance(node, ast.Try) and not all(isinstance(h.body[-1], ast.Raise) for h in node.handlers):
                yield module.at(node, "view-catches", "raise a DomainError where the rule is, and catch nothing here")


def names(root: Path) -> Iterator[Violation]:
    """A file named for a layer or for nothing."""
    for path in files(root):
        if path.as_posix().startswith(WORD_LISTS):
            continue
        if path.stem in FORBIDDEN_NAMES or (path.name == "__init__.py" and path.parent.name in FORBIDDEN_NAMES):
            yield Violation(path.as_posix(), 1, "file-name", "name it for what happens there")


def platform_folder(root: Path) -> Iterator[Violation]:
    """`platform/` as a package would hide the standard library's module and break Django, Celery and pytest."""
    for path in sorted((root / "platform").glob("*.py")):
        yield Violation(
            path.relative_to(root).as_posix(), 1, "platform-folder", "platform/ is a folder, never a package"
        )
    for path in sorted((root / "platform").glob("tests/**/*.py")):
        yield Violation(
            path.relative_to(root).as_posix(), 1, "platform-folder", "tests live inside the packages of platform/"
        )


RULES = (clocks, silent_views)
TREE_RULES = (names, platform_folder)
