"""Every domain stands alone: its wheel, an empty environment, nobody else there, its own tests green.

All of its modules are imported here, one test in twelve is run, dependencies are those at hand; `make lift-<domain>`
installs them and runs all tests, for each change of the domain (see .github/workflows). All tests run in this suite
too, beside the other domains.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import lift
from config.domains import DOMAINS
from tests.architecture.source import ROOT

DOMAIN = {row.package: row for row in DOMAINS}
ONE_IN = 12
ALONE = ("catalog", "logistics", "postpurchase", "identity", "operations")


def run_lift(package: str, root: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "config.lift", package, "--borrow", "--root", str(root), "--", "-q"]
    command.append(f"--one-in={ONE_IN}")
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("package", ALONE)
def test_a_domain_passes_its_tests_where_no_other_domain_is(package: str) -> None:
    done = run_lift(package)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{package} stands alone" in done.stdout


@pytest.mark.timeout(900)
def test_a_syntax_error_in_notification_does_not_keep_commerce_from_passing(tmp_path: Path) -> None:
    copy_folders(tmp_path, "commerce", "platform")
    planted = tmp_path / "platform/operations/notification/__init__.py"
    planted.parent.mkdir(exist_ok=True)
    planted.write_text("def broken(:\n")
    with pytest.raises(SyntaxError):
        compile(planted.read_text(), str(planted), "exec")
    done = run_lift("commerce", root=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "commerce stands alone" in done.stdout


def test_what_is_not_declared_is_not_there(tmp_path: Path) -> None:
    copy_folders(tmp_path, "postpurchase", "platform")
    declared = tmp_path / "postpurchase/pyproject.toml"
    text = declared.read_text().replace('"hypothesis",', "")
    assert text != declared.read_text()
    declared.write_text(text)
    done = run_lift("postpurchase", root=tmp_path)
    assert done.returncode == 1
    assert "No module named 'hypothesis'" in done.stdout + done.stderr


def test_an_environment_with_another_domain_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(lift.LiftError, match=r"importable: .*logistics"):
        lift.check_alone(Path(sys.executable), DOMAIN["commerce"], work=tmp_path)


@pytest.mark.timeout(900)
def test_a_domain_that_imports_another_does_not_pass(tmp_path: Path) -> None:
    copy_folders(tmp_path, "postpurchase", "platform")
    with (tmp_path / "postpurchase/subscriptions.py").open("a") as file:
        file.write("\nimport commerce.models\n")
    done = run_lift("postpurchase", root=tmp_path)
    assert done.returncode == 1
    assert "No module named 'commerce'" in done.stderr


def copy_folders(target: Path, *folders: str) -> None:
    """These folders of the tree and the lock."""
    for folder in folders:
        ignore = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
        shutil.copytree(ROOT / folder, target / folder, ignore=ignore)
    shutil.copyfile(ROOT / "requirements.lock", target / "requirements.lock")


def test_the_locks_pins_are_read_as_constraints() -> None:
    lock = 'a==1.0 \\\n    --hash=sha256:0\nb-c==2 ; sys_platform == "win32" \\\n    --hash=sha256:1\n'
    assert lift.locked_versions(lock) == 'a==1.0\nb-c==2 ; sys_platform == "win32"\n'
    everything = lift.locked_versions((ROOT / "requirements.lock").read_text())
    assert "\ndjango==5.2" in everything
    assert "hash" not in everything
