"""Every wall stands: what is planted against it is found, and the tree as it is breaks none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checks import violations
from tests.architecture.plants import INNOCENT, LINTER_PLANTS, PLANTS, Plant
from tests.architecture.source import ROOT, files


def copy_tree(target: Path) -> Path:
    """The Python files of the repository and the linter's contracts, nothing else."""
    for path in files(ROOT):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target / path)
    shutil.copyfile(ROOT / "importlinter.ini", target / "importlinter.ini")
    return target


def write(root: Path, path: str, source: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(source)


def lint_imports(root: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": f".{os.pathsep}platform", "COLUMNS": "200"}
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--config", "importlinter.ini", "--no-cache"],
        cwd=root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_tree_breaks_no_wall_and_no_habit() -> None:
    found = violations(ROOT)
    assert not found, "\n".join(map(str, found))


@pytest.fixture(scope="module")
def found_in_planted_tree(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(path, rule) of all that the checks find in a copy of the tree with everything planted at once."""
    root = copy_tree(tmp_path_factory.mktemp("planted"))
    for plant in PLANTS:
        write(root, plant.path, plant.source)
    for path, source in INNOCENT.items():
        write(root, path, source)
    return {(violation.path, violation.rule) for violation in violations(root)}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.rule}:{plant.path}")
def test_a_planted_violation_is_found(plant: Plant, found_in_planted_tree: set[tuple[str, str]]) -> None:
    assert (plant.path, plant.rule) in found_in_planted_tree


def test_what_only_looks_like_a_violation_is_left_alone(found_in_planted_tree: set[tuple[str, str]]) -> None:
    assert not [found for found in found_in_planted_tree if found[0] in INNOCENT]


def test_every_rule_has_a_plant() -> None:
    import ast

    rules = set()
    for name in ("walls.py", "habits.py", "telling.py"):
        for node in ast.walk(ast.parse((ROOT / "tests/architecture" / name).read_text())):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule":
                rules.add(ast.literal_eval(node.value))
    assert len(rules) >= 6
    assert rules <= {plant.rule for plant in PLANTS}


def test_the_import_linter_keeps_its_contracts() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_the_import_linter_finds_every_planted_import(tmp_path: Path) -> None:
    root = copy_tree(tmp_path)
    for module, source in LINTER_PLANTS.items():
        path = module.replace(".", "/") + ".py"
        platform = module.partition(".")[0] in ("chassis", "contracts", "operations", "strangler")
        path = f"platform/{path}" if platform else path
        before = (root / path).read_text() if (root / path).exists() else ""
        write(root, path, before + "\n" + source)
        for parent in Path(path).parents:
            if str(parent) not in (".", "platform") and not (root / parent / "__init__.py").exists():
                write(root, f"{parent}/__init__.py", "")
    done = lint_imports(root)
    assert done.returncode == 1, done.stderr
    report = " ".join(done.stdout.split())
    assert not [module for module in LINTER_PLANTS if f"{module} -> " not in report], done.stdout
