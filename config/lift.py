"""`python -m config.lift DOMAIN`: prove that a domain stands alone.

`python -m config.lift DOMAIN --borrow`: the same in a minute less, with dependencies out of the environment at hand.
`python -m config.lift DOMAIN … --wheels FOLDER`: only what an image is made of: the wheels and the locked versions.

Builds wheels of chassis, contracts and the one domain, installs them and what they declare (in the locked
versions) into an empty environment, checks that nothing else of Sixfold can be imported there, and runs the
domain's tests under its standalone settings. A domain that does not even parse elsewhere does not matter here.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import config  # noqa: F401
from config.domains import DOMAINS, DomainRow

ROOT = Path(__file__).resolve().parent.parent
BELOW = ("chassis", "contracts")
CONSTRAINTS = "constraints.txt"
IN_PLATFORM = (*BELOW, "operations", "strangler")
PYTEST_INI = """[pytest]
DJANGO_SETTINGS_MODULE = {package}.standalone.settings
addopts = -p chassis.testing -p no:cacheprovider -ra --strict-markers --import-mode=importlib
timeout = 300
markers =
    processes: starts real server processes
    magento: needs MariaDB and the Magento dump
    browser: needs Chromium
"""


class LiftError(Exception):
    """A step failed; the message says which and ends with what its program printed."""


def lift(row: DomainRow, *, root: Path = ROOT, borrowed: bool = False, pytest_arguments: Sequence[str] = ()) -> None:
    """Lift one domain out of the tree at `root`. Raises LiftError at the first step that fails."""
    with tempfile.TemporaryDirectory(prefix=f"lift-{row.package}-") as folder:
        work = Path(folder)
        wheels = [build_wheel(package, root=root, work=work) for package in (*BELOW, row.package)]
        python = make_environment(wheels, root=root, work=work, borrowed=borrowed)
        check_alone(python, row, work=work)
        run_tests(python, row, work=work, arguments=pytest_arguments)


def collect(rows: Sequence[DomainRow], *, into: Path, root: Path = ROOT) -> None:
    """Put the wheels of these domains, of chassis and of contracts into a folder, with constraints.txt beside them."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wheels-") as folder:
        for package in (*BELOW, *(row.package for row in rows)):
            shutil.copy(build_wheel(package, root=root, work=Path(folder)), into)
    (into / CONSTRAINTS).write_text(locked_versions((root / "requirements.lock").read_text()))


def build_wheel(package: str, *, root: Path, work: Path) -> Path:
    """Build a package's wheel from a copy of its folder and nothing else; returns its path."""
    source = root / "platform" / package if package in IN_PLATFORM else root / package
    target = work / "source" / package / package  # setuptools leaves its traces one folder up
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    wheels = work / "wheels" / package
    _run(
        f"building the wheel of {package}",
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", wheels, target],
    )
    return next(wheels.glob("*.whl"))


def make_environment(wheels: Sequence[Path], *, root: Path, work: Path, borrowed: bool = False) -> Path:
    """An empty environment with these wheels and what they declare; returns its Python.

    `borrowed`: dependencies come out of the environment that runs us, instead of from the index.
    """
    pip = ["--without-pip"] if borrowed else []
    _run("making an environment", [sys.executable, "-m", "venv", *pip, work / "venv"])
    python = work / "venv" / "bin" / "python"
    if borrowed:
        borrow_into(next((work / "venv" / "lib").glob("python*")) / "site-packages", wheels)
        return python
    constraints = work / CONSTRAINTS
    constraints.write_text(locked_versions((root / "requirements.lock").read_text()))
    *below, domain = wheels
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--no-compile", "-c", constraints]
    _run("installing", [*install, *below, f"{domain}[test]"])
    return python


def borrow_into(site: Path, wheels: Sequence[Path]) -> None:
    """Unpack these wheels of ours there and give them what they declare, the last with what its tests need."""
    # Here, since an image's build has neither that module nor what it needs.
    from config.borrowing import NotHere, borrow

    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    ours = [wheel.name.partition("-")[0].replace("_", "-") for wheel in wheels]
    declared = [f"{name}[test]" if name == ours[-1] else name for name in ours]
    try:
        borrow(declared, into=site)
    except NotHere as missing:
        raise LiftError(f"borrowing failed: {missing}") from missing


def locked_versions(lock: str) -> str:
    """The lock's pins as constraints: pip takes no hashes for some packages only."""
    pins = re.findall(r"^([A-Za-z0-9][\w.-]*==[^\s\\;]+)([^\\\n]*)", lock, re.M)
    return "".join(f"{pin}{marker.rstrip()}\n" for pin, marker in pins)


def check_alone(python: Path, row: DomainRow, *, work: Path) -> None:
    """Refuse an environment in which any other domain, or the composition root, can be imported."""
    others = [other.package for other in DOMAINS if other.package != row.package]
    program = (
        "import importlib.util as u, sys;"
        f"there = [n for n in {[*others, 'config', 'tests']!r} if u.find_spec(n)];"
        f"missing = [n for n in {[*BELOW, row.package]!r} if not u.find_spec(n)];"
        "sys.exit(f'importable: {there}, missing: {missing}' if there or missing else 0)"
    )
    _run(f"checking that {row.package} is alone", [python, "-I", "-c", program], folder=_empty(work))


def run_tests(python: Path, row: DomainRow, *, work: Path, arguments: Sequence[str]) -> None:
    """The domain's own tests under its standalone settings, against its own database only."""
    folder = _empty(work)
    (folder / "pytest.ini").write_text(PYTEST_INI.format(package=row.package))
    installed = next((work / "venv" / "lib").glob("python*")) / "site-packages" / row.package
    environment = test_environment(row)
    _run("checking the settings", [python, "-m", f"{row.package}.standalone", "check"], folder, environment)
    _run(
        f"the tests of {row.package}",
        [python, "-m", "pytest", "-c", folder / "pytest.ini", installed, *arguments],
        folder,
        environment,
        show=True,
    )


def test_environment(row: DomainRow) -> dict[str, str]:
    """What a lifted domain is told: one database, a broker, secrets; nothing about other domains."""
    import config.testing  # noqa: F401  starts the servers, or takes those of the tests that run us

    keep = ("PATH", "HOME", "LANG", "TMPDIR", "BROKER_URL", "SECRET_KEY", "SIXFOLD_PERSONAL_KEYS")
    own = f"SIXFOLD_TEST_URL_{row.alias.upper()}"
    environment = {name: os.environ[name] for name in (*keep, own, "SIXFOLD_TEST_ADMIN_URL") if name in os.environ}
    environment[f"DATABASE_URL_{row.alias.upper()}"] = os.environ[own]
    return environment


def _empty(work: Path) -> Path:
    folder = work / "empty"
    folder.mkdir(exist_ok=True)
    return folder


def _run(
    step: str,
    command: Sequence[str | Path],
    folder: Path | None = None,
    environment: dict[str, str] | None = None,
    *,
    show: bool = False,
) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LiftError(f"{step} failed with status {done.returncode}\n{(done.stdout or '')[-4000:]}")
    print(f"{step}: {time.monotonic() - begun:.1f} s", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m config.lift",
        description="Prove that a domain stands alone.",
        epilog="What follows -- goes to pytest.",
    )
    names = {row.package: row for row in DOMAINS if row.package != "strangler"}
    parser.add_argument("domains", nargs="+", choices=sorted(names), metavar="domain")
    parser.add_argument("--wheels", type=Path, help="put wheels and constraints there, and test nothing")
    parser.add_argument("--borrow", action="store_true", help="take dependencies out of the environment at hand")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree to lift from")
    given = list(sys.argv[1:] if arguments is None else arguments)
    cut = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:cut])
    rows = [names[package] for package in options.domains]
    try:
        if options.wheels:
            collect(rows, into=options.wheels, root=options.root.resolve())
            return 0
        for row in rows:
            lift(row, root=options.root.resolve(), borrowed=options.borrow, pytest_arguments=given[cut + 1 :])
            print(f"{row.package} stands alone")
    except LiftError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
