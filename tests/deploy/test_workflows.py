"""A pipeline per domain: started by its own code, by what it stands on, and by nobody else's."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.manifests import ROWS
from tests.processes import ROOT

FOLDERS = {package: package for package in ROWS} | {"operations": "platform/operations"}


def pipeline(package: str) -> dict[str, Any]:
    """A domain's workflow. YAML 1.1 takes the key `on` for true."""
    loaded: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{package}.yml").read_text())
    return {"on" if key is True else key: value for key, value in loaded.items()}


@pytest.mark.parametrize("package", ROWS)
def test_a_domains_pipeline_starts_for_what_it_is_made_of_only(package: str) -> None:
    wanted = {
        f"{FOLDERS[package]}/**", "platform/chassis/**", "platform/contracts/**", "config/lift.py", "requirements.lock",
        f".github/workflows/{package}.yml",
    }  # fmt: skip
    for event in ("push", "pull_request"):
        assert set(pipeline(package)["on"][event]["paths"]) == wanted


@pytest.mark.parametrize("package", ROWS)
def test_a_domains_pipeline_lifts_it_and_builds_its_image(package: str) -> None:
    commands = [step["run"] for job in pipeline(package)["jobs"].values() for step in job["steps"] if "run" in step]
    assert f"make lift-{package}" in commands
    assert any(f"--file {FOLDERS[package]}/deploy/Containerfile" in command for command in commands)
    assert "DOMAINS := " + " ".join(FOLDERS) in (ROOT / "Makefile").read_text(), "make knows the same domains"


@pytest.mark.parametrize("package", ROWS)
def test_every_path_that_starts_a_pipeline_exists(package: str) -> None:
    paths = pipeline(package)["on"]["push"]["paths"]
    assert [path for path in paths if not Path(ROOT / path.removesuffix("/**")).exists()] == []


def test_no_pipeline_is_left_of_a_domain_that_is_gone() -> None:
    assert {path.stem for path in (ROOT / ".github" / "workflows").glob("*.yml")} == {*ROWS, "whole"}
