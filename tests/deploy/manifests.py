"""Reads the manifests and images of a tree and says, a sentence each, what in them does not fit the code.

What is read comes from `root`, so that mistakes can be planted in a copy; what it must fit is the code that runs this.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from django.core.management import get_commands

from config.domains import DOMAINS, DomainRow
from tests.deploy.variables import read_in_code
from tests.processes import ROOT

VERSION = "1.33"
"""The Kubernetes whose schemas the manifests keep to."""
FOREIGN = ("Kustomization", "Application")
"""Kinds that Kubernetes itself does not know."""
USER = 10001
PROBED = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
Document = dict[str, Any]
ROWS = {row.package: row for row in DOMAINS if row.package != "strangler"}


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A folder of manifests released together: the monolith's, or a domain's own."""

    folder: Path
    row: DomainRow | None
    """The domain; None for the monolith."""

    @property
    def image(self) -> str:
        return f"sixfold-{self.row.package}" if self.row else "sixfold"

    @property
    def folders(self) -> list[Path]:
        """The folders with manifests in them."""
        return [self.folder / "base", *([self.folder / "service"] if self.row else [])]


def units(root: Path) -> list[Unit]:
    """The monolith's unit and one per domain, whether their files exist or not."""
    where = {package: root / package for package in ROWS} | {"operations": root / "platform" / "operations"}
    own = [Unit(folder=where[package] / "deploy", row=row) for package, row in ROWS.items()]
    return [Unit(folder=root / "deploy", row=None), *own]


@cache
def parsed(text: str) -> list[Any]:
    """A text's documents; remembered, since most of a copy is as it was."""
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def documents(folder: Path) -> list[tuple[Path, Document]]:
    """Every document of the YAML files in a folder."""
    return [(path, one) for path in sorted(folder.glob("*.yaml")) for one in parsed(path.read_text())]


def pods(folder: Path) -> Iterator[tuple[Path, Document]]:
    """Every Deployment and Job of a folder."""
    return ((path, one) for path, one in documents(folder) if one["kind"] in ("Deployment", "Job"))


def environment(unit: Unit, container: Document, *, root: Path) -> dict[str, str]:
    """What a container is told, secrets as in the example. Raises KeyError for a source that is not there."""
    sources = {"secretRef": secrets(root), "configMapRef": configurations(unit)}
    told: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        [(kind, reference)] = source.items()
        told |= sources[kind][reference["name"]]
    return told | {one["name"]: one["value"] for one in container.get("env", ())}


def secrets(root: Path) -> dict[str, dict[str, str]]:
    """The example's secrets by name."""
    found = parsed((root / "deploy" / "secrets.example.yaml").read_text())
    return {one["metadata"]["name"]: one["stringData"] for one in found}


def configurations(unit: Unit) -> dict[str, dict[str, str]]:
    """The generated ConfigMaps by name."""
    base = unit.folder / "base"
    made = parsed((base / "kustomization.yaml").read_text())[0]["configMapGenerator"]
    return {
        one["name"]: dict(line.split("=", 1) for file in one["envs"] for line in (base / file).read_text().splitlines())
        for one in made
    }


def mistakes(root: Path) -> list[str]:
    """All that is wrong, each behind the place where it is."""
    found: list[str] = []
    for unit in units(root):
        try:
            found += [f"{unit.folder.relative_to(root)}: {sentence}" for sentence in _unit(unit, root)]
        except FileNotFoundError as error:
            found.append(f"{unit.folder.relative_to(root)}: {Path(error.filename).relative_to(root)} is missing")
    return found


def _unit(unit: Unit, root: Path) -> Iterator[str]:
    yield from _containerfile(unit, root)
    [application] = parsed((unit.folder / "application.yaml").read_text())
    if not (root / application["spec"]["source"]["path"] / "kustomization.yaml").exists():
        yield f"the Application's path {application['spec']['source']['path']} holds no kustomization"
    for folder in unit.folders:
        yield from _kustomization(unit, folder)
        for path in sorted(folder.glob("*.yaml")):
            yield from (f"{path.name}: {sentence}" for sentence in _schemas(path.read_text()))
        for path, document in documents(folder):
            yield from (f"{path.name}: {sentence}" for sentence in _labels(document, folder))
        for path, document in pods(folder):
            for sentence in _pod(unit, document["spec"]["template"]["spec"], root=root):
                yield f"{path.name}: {document['metadata']['name']}: {sentence}"
    known = read_in_code(ROOT)
    for name, values in (configurations(unit) | secrets(root)).items():
        yield from (f"{name} sets {variable}, which nothing reads" for variable in values.keys() - known)


def _kustomization(unit: Unit, folder: Path) -> Iterator[str]:
    kustomization = parsed((folder / "kustomization.yaml").read_text())[0]
    named = set(kustomization["resources"])
    there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    yield from (f"{name} is in no kustomization" for name in there - named)
    yield from (f"the kustomization names {name}, which is not there" for name in named if not (folder / name).exists())
    if [image["name"] for image in kustomization["images"]] != [unit.image]:
        yield f"the kustomization sets no tag for the image {unit.image}"


@cache
def _schemas(text: str) -> list[str]:
    found = []
    for document in parsed(text):
        if document["kind"] in FOREIGN:
            continue
        try:
            kubernetes_validate.validate(document, VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{document['kind']} does not fit the schema: {error.message}")
    return found


def _labels(document: Document, folder: Path) -> Iterator[str]:
    """A Service's selector, and a budget's, must match some pod of the folder, and its port be one of theirs."""
    if document["kind"] not in ("Service", "PodDisruptionBudget"):
        return
    spec = document["spec"]
    wanted = spec["selector"].get("matchLabels", spec["selector"])
    templates = [one["spec"]["template"] for _, one in pods(folder)]
    matching = [one for one in templates if wanted.items() <= one["metadata"]["labels"].items()]
    if not matching:
        yield f"the {document['kind']} selects no pod"
    ports = {port["name"] for one in matching for box in one["spec"]["containers"] for port in box.get("ports", ())}
    yield from (
        f"no pod has the port {port['targetPort']}" for port in spec.get("ports", ()) if port["targetPort"] not in ports
    )


def _pod(unit: Unit, spec: Document, *, root: Path) -> Iterator[str]:
    if spec["securityContext"].get("runAsUser") != USER or not spec["securityContext"].get("runAsNonRoot"):
        yield "it may run as root"
    if spec.get("enableServiceLinks", True) or spec.get("automountServiceAccountToken", True):
        yield "it is told of other services, or given a token, that it does not need"
    volumes = {volume["name"] for volume in spec["volumes"]}
    for box in spec["containers"]:
        if box["image"] != unit.image:
            yield f"its image is {box['image']} and not {unit.image}"
        if not box["securityContext"].get("readOnlyRootFilesystem"):
            yield "its root file system can be written"
        if "memory" not in box["resources"].get("limits", {}) or "cpu" not in box["resources"].get("requests", {}):
            yield "its resources are not bounded"
        yield from (f"{one['name']} is no volume" for one in box["volumeMounts"] if one["name"] not in volumes)
        try:
            told = environment(unit, box, root=root)
        except KeyError as error:
            yield f"its environment comes from {error.args[0]}, which is nowhere"
            continue
        yield from (f"it is told {name}, which nothing reads" for name in told.keys() - read_in_code(ROOT))
        yield from _foreign_databases(unit, told)
        yield from _command(unit, box["command"])
        yield from _probes(box)


def _foreign_databases(unit: Unit, told: dict[str, str]) -> Iterator[str]:
    if unit.row is None:
        return
    own = f"DATABASE_URL_{unit.row.alias.upper()}"
    if own not in told:
        yield f"it is not told {own}"
    yield from (
        f"it is told {name}, another domain's" for name in told if name.startswith("DATABASE_URL_") and name != own
    )


def _command(unit: Unit, command: list[str]) -> Iterator[str]:
    """The program and what it is given must exist in the unit's image."""
    match command:
        case ["granian", *rest]:
            module, _, attribute = rest[-1].partition(":")
            if module != (f"{unit.row.package}.standalone.wsgi" if unit.row else "config.wsgi"):
                yield f"{module} is not the web process of {unit.image}"
            if find_spec(module) is None or attribute != "application":
                yield f"there is no {rest[-1]}"
            return
        case ["python", "-m", module, *rest]:
            if unit.row is None or module != f"{unit.row.package}.standalone" or find_spec(module) is None:
                yield f"{module} is not the command line of {unit.image}"
        case ["python", "manage.py", *rest]:
            if unit.row is not None:
                yield "manage.py is in the monolith's image only"
        case _:
            yield f"{command[0]} is no program of the image"
            return
    alias = unit.row.alias if unit.row else "platform"
    if rest[0] not in get_commands():
        yield f"there is no command {rest[0]}"
    if rest[0] == "work" and rest[1:] != [alias]:
        yield f"it works for {rest[1:]} and not for {alias}"
    if rest[0] == "migrate" and rest[-2:] != ["--database", alias]:
        yield f"it does not migrate the database {alias}"


def _probes(box: Document) -> Iterator[str]:
    if box["command"][0] != "granian":
        return
    ports = {port["name"]: port["containerPort"] for port in box.get("ports", ())}
    if box["command"][box["command"].index("--port") + 1] != str(ports.get("http")):
        yield "it does not listen on the port that it says"
    for probe, path in PROBED.items():
        asked = box.get(probe, {}).get("httpGet", {})
        if asked.get("path") != path or asked.get("port") not in ports:
            yield f"its {probe} does not ask {path} on a port of its own"


def _containerfile(unit: Unit, root: Path) -> Iterator[str]:
    text = re.sub(r"\\\n\s*", "", (unit.folder / "Containerfile").read_text())
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    final = lines[max(number for number, line in enumerate(lines) if line[0] == "FROM") :]
    for word, rest in lines:
        if word == "COPY" and not rest.startswith("--"):
            yield from (f"COPY {name}: it is not there" for name in rest.split()[:-1] if not (ROOT / name).exists())
        if "config.lift" in rest and word == "RUN":
            wanted = {unit.row.package} if unit.row else set(ROWS)
            if set(re.findall(r"[a-z]+", rest.split("config.lift")[1].split("--")[0])) != wanted:
                yield f"the image is made of other wheels than those of {sorted(wanted)}"
    if ["USER", str(USER)] not in final or f"--uid {USER}" not in text:
        yield f"the image does not run as {USER}"
    if ["EXPOSE", "8000"] not in final:
        yield "the image does not say that it listens on 8000"
    [run] = [parsed(rest)[0] for word, rest in final if word == "CMD"]
    web = [
        box
        for folder in unit.folders
        for _, one in pods(folder)
        for box in one["spec"]["template"]["spec"]["containers"]
    ]
    if run not in [box["command"] for box in web]:
        yield "the image starts something else than the manifests' web process"
