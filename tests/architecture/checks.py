"""All checks of the source, applied to one tree."""

from pathlib import Path

from tests.architecture import habits, telling, walls
from tests.architecture.source import Violation, modules


def violations(root: Path) -> list[Violation]:
    """Every violation in the tree at `root`, by place."""
    parsed = modules(root)
    found = [v for rule in (*walls.RULES, *habits.RULES, *telling.RULES) for v in rule(parsed)]
    found += [v for rule in habits.TREE_RULES for v in rule(root)]
    return sorted(set(found))
