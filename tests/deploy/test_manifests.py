"""Manifests and images fit the code, and every mistake that is planted in a copy of them is found.

No image is built here and no cluster applies them: what is checked is the text, by Kubernetes' own schemas and by what
exists: modules, commands, variables, ports, images. The settings are really made from what each process is told.
"""

import base64
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.domains import ALIASES
from tests.deploy import manifests
from tests.deploy.manifests import ROWS, environment, mistakes, pods, units
from tests.processes import ROOT

REAL = {
    "SECRET_KEY": "k" * 60,
    "SIXFOLD_PERSONAL_KEYS": "p1:" + base64.b64encode(bytes(32)).decode(),
    "SERVICE_TOKEN": "s" * 40,
    "METRICS_TOKEN": "m" * 40,
    "BROKER_URL": "redis://broker:6379/0",
    "CACHE_URL": "redis://broker:6379/1",
    "STORAGE_URL": "s3://media?region=eu-central-1",
    "EMAIL_URL": "smtp+tls://mail.example.com",
    "STRIPE_API_KEY": "sk_live_" + "a" * 40,
    "STRIPE_WEBHOOK_SECRET": "whsec_" + "b" * 32,
    "CARRIER_API_KEY": "c" * 40,
    "CARRIER_SECRET": "d" * 40,
    **{f"DATABASE_URL_{alias.upper()}": f"postgresql://{alias}:p@database/{alias}" for alias in ALIASES},
}
"""What somebody would write in place of the secrets' demo values."""


def test_the_manifests_fit_the_code() -> None:
    assert mistakes(ROOT) == []


def test_every_domain_has_an_image_manifests_and_an_application() -> None:
    assert {unit.row.package for unit in units(ROOT) if unit.row} == set(ROWS)
    for unit in units(ROOT):
        kinds = [one["kind"] for folder in unit.folders for _, one in manifests.documents(folder)]
        wanted = {"Deployment", "Job", "Service", "PodDisruptionBudget"}
        assert wanted <= set(kinds), f"{unit.image} lacks {wanted - set(kinds)}"


@dataclass(frozen=True)
class Plant:
    """A mistake: in a file, this text in place of that one; and what must be said of it."""

    path: str
    old: str
    new: str
    said: str


PLANTS = {
    "a worker for another domain": Plant(
        "commerce/deploy/base/worker.yaml", "work, commerce]", "work, catalog]", "works for"
    ),
    "a command that nobody wrote": Plant(
        "identity/deploy/base/relay.yaml", "relay]", "transmit]", "no command transmit"
    ),
    "a module of another image": Plant(
        "catalog/deploy/base/migrate.yaml", "catalog.standalone", "commerce.standalone", "is not the command line"
    ),
    "a web process that is not there": Plant(
        "logistics/deploy/service/web.yaml", "wsgi:application", "asgi:application", "is not the web process"
    ),
    "a port that does not match": Plant(
        "deploy/base/web.yaml", '"8000", --workers', '"8080", --workers', "does not listen"
    ),
    "a probe of a page": Plant("deploy/base/web.yaml", "path: /readyz", "path: /admin/", "readinessProbe does not ask"),
    "a variable that nothing reads": Plant(
        "commerce/deploy/base/config.env", "CATALOG_URL", "CATALOGUE_URL", "which nothing reads"
    ),
    "a secret that nobody makes": Plant(
        "postpurchase/deploy/base/worker.yaml",
        "name: sixfold-postpurchase",
        "name: sixfold-returns",
        "which is nowhere",
    ),
    "another domain's database": Plant(
        "commerce/deploy/base/worker.yaml", "name: sixfold-commerce", "name: sixfold-catalog", "another domain's"
    ),
    "a misspelt field": Plant("commerce/deploy/base/worker.yaml", "replicas:", "replicaz:", "does not fit the schema"),
    "a wrong type": Plant(
        "identity/deploy/service/web.yaml", "minAvailable: 1", "minAvailable: [1]", "does not fit the schema"
    ),
    "a service without pods": Plant(
        "identity/deploy/service/web.yaml",
        "    app.kubernetes.io/component: web\n  ports",
        "    app.kubernetes.io/component: wob\n  ports",
        "selects no pod",
    ),
    "root": Plant("platform/operations/deploy/base/relay.yaml", "runAsUser: 10001", "runAsUser: 0", "may run as root"),
    "another image": Plant(
        "catalog/deploy/base/relay.yaml", "image: sixfold-catalog", "image: sixfold-catalogue", "its image is"
    ),
    "a forgotten file": Plant(
        "commerce/deploy/base/kustomization.yaml", "  - relay.yaml\n", "", "is in no kustomization"
    ),
    "an image of other wheels": Plant(
        "commerce/deploy/Containerfile", "config.lift commerce", "config.lift catalog", "other wheels"
    ),
    "an image that runs as root": Plant("deploy/Containerfile", "USER 10001\n", "", "does not run as 10001"),
    "an image that copies nothing": Plant(
        "identity/deploy/Containerfile", "COPY identity identity", "COPY identify identity", "it is not there"
    ),
    "an Application that leads nowhere": Plant(
        "commerce/deploy/application.yaml",
        "path: commerce/deploy/base",
        "path: deploy/commerce",
        "holds no kustomization",
    ),
}


def copied(root: Path) -> Path:
    for unit in units(ROOT):
        shutil.copytree(unit.folder, root / unit.folder.relative_to(ROOT))
    return root


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_mistake_is_found(plant: str, tmp_path: Path) -> None:
    planted = PLANTS[plant]
    file = copied(tmp_path) / planted.path
    assert planted.old in file.read_text(), "the plant no longer fits the file"
    file.write_text(file.read_text().replace(planted.old, planted.new, 1))
    found = mistakes(tmp_path)
    assert any(planted.said in one for one in found), found


def test_a_domain_without_manifests_is_found(tmp_path: Path) -> None:
    shutil.rmtree(copied(tmp_path) / "logistics")
    assert any(one.startswith("logistics/deploy") and "is missing" in one for one in mistakes(tmp_path))


def told() -> dict[str, tuple[str, dict[str, str]]]:
    """For each different process: its settings module, and what it is told."""
    found = {}
    for unit in units(ROOT):
        for folder in unit.folders:
            for _, document in pods(folder):
                for box in document["spec"]["template"]["spec"]["containers"]:
                    values = environment(unit, box, root=ROOT)
                    module = f"{unit.row.package}.standalone.settings" if unit.row else "config.settings.monolith"
                    found[document["metadata"]["name"]] = (values.get("DJANGO_SETTINGS_MODULE", module), values)
    return found


TOLD = told()


def settings(name: str, **changed: str) -> "subprocess.CompletedProcess[str]":
    """Django set up in a process of its own, from what the manifests tell it."""
    module, values = TOLD[name]
    return subprocess.run(
        [sys.executable, "-c", "from chassis.entry import application; application('')"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f".{os.pathsep}platform"}
        | values
        | {"DJANGO_SETTINGS_MODULE": module}
        | changed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", [*ROWS, "web", "strangler-worker"])
def test_what_a_process_is_told_makes_its_production_settings(name: str) -> None:
    done = settings(name, **{variable: REAL.get(variable, value) for variable, value in TOLD[name][1].items()})
    assert done.returncode == 0, done.stderr


def test_the_example_of_secrets_is_refused_as_it_is() -> None:
    done = settings("web")
    assert done.returncode == 1
    for variable in REAL:
        assert f"{variable} " in done.stderr or f"{variable}:" in done.stderr, f"{variable} was taken"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
@pytest.mark.parametrize("folder", [str(folder.relative_to(ROOT)) for unit in units(ROOT) for folder in unit.folders])
def test_kustomize_builds_each_folder(folder: str) -> None:
    done = subprocess.run(["kubectl", "kustomize", ROOT / folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
