"""Every wall stands: what is planted against it is found, and the tree as it is breaks none."""

import ast
import configparser
import itertools
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.architecture.checks import violations
from tests.architecture.plants import INNOCENT, LINTER_PLANTS, PLANTS, LinterPlant, Plant
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
    environment = {**os.environ, "PYTHONPATH": f".{os.pathsep}platform", "COLUMNS": "400"}
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


def rules_of(source: str) -> set[str]:
    """All rules that a module of checks names: by `rule = "…"`, or where a violation is made."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        name: ast.expr | None = None
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "rule":
            name = node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "at":
            name = node.args[1]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Violation":
            name = node.args[2]
        if isinstance(name, ast.Constant):
            found.add(str(name.value))
    return found


def test_every_rule_has_a_plant() -> None:
    checks = [path for path in (ROOT / "tests/architecture").glob("*.py") if not path.name.startswith("test_")]
    assert set().union(*(rules_of(path.read_text()) for path in checks)) == {plant.rule for plant in PLANTS}


def test_a_rule_is_seen_however_it_is_named() -> None:
    source = """
        def one(module): rule = "a"; yield module.at(node, rule, "…")
        def two(module): yield module.at(node, "b", "…")
        def three(path): yield Violation(path, 1, "c", "…")
    """
    assert rules_of(textwrap.dedent(source)) == {"a", "b", "c"}


def contracts() -> dict[str, str]:
    """The linter's contracts: id -> name."""
    ini = configparser.ConfigParser()
    ini.read(ROOT / "importlinter.ini")
    sections = [name for name in ini.sections() if name.startswith("importlinter:contract:")]
    return {name.removeprefix("importlinter:contract:"): ini[name]["name"] for name in sections}


def broken(report: str) -> dict[str, str]:
    """What the linter says of each broken contract, by the contract's id: its name, a line of dashes, the chains."""
    ids = {name: id for id, name in contracts().items()}
    lines = report.partition("Broken contracts")[2].splitlines()
    told: dict[str, str] = {}
    current = ""
    for line, after in itertools.pairwise([*lines, ""]):
        if line in ids and set(after) == {"-"}:
            current = ids[line]
        elif current:
            told[current] = f"{told.get(current, '')}{line}\n"
    return told


def test_every_contract_of_the_import_linter_has_a_plant() -> None:
    assert set(contracts()) == {plant.contract for plant in LINTER_PLANTS}


def test_the_import_linter_keeps_its_contracts() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.fixture(scope="module")
def linters_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter says of a copy of the tree with everything planted at once."""
    root = copy_tree(tmp_path_factory.mktemp("linted"))
    for plant in LINTER_PLANTS:
        path = plant.module.replace(".", "/") + ".py"
        platform = plant.module.partition(".")[0] in ("chassis", "contracts", "operations", "strangler")
        path = f"platform/{path}" if platform else path
        before = (root / path).read_text() if (root / path).exists() else ""
        write(root, path, before + "\n" + plant.source)
        for parent in Path(path).parents:
            if str(parent) not in (".", "platform") and not (root / parent / "__init__.py").exists():
                write(root, f"{parent}/__init__.py", "")
    done = lint_imports(root)
    assert done.returncode == 1, done.stderr
    return broken(done.stdout)


@pytest.mark.parametrize("plant", LINTER_PLANTS, ids=lambda plant: f"{plant.contract}:{plant.module}")
def test_a_planted_import_breaks_its_contract(plant: LinterPlant, linters_report: dict[str, str]) -> None:
    assert plant.told in linters_report.get(plant.contract, "")
