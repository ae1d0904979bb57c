"""Contracts grow by addition only, and what is made from the code is current."""

import copy
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from chassis import vocabulary
from chassis.asyncapi import asyncapi, catalogue
from tests.architecture.source import ROOT

EVENTS = vocabulary.events()


def golden(name: str) -> dict:
    return json.loads((vocabulary.golden_folder() / name).read_text())


def test_routes_are_what_the_domains_subscribe_to() -> None:
    assert vocabulary.routes() == settings.EVENT_ROUTES, "run `make docs`"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: f"{kind.name}.v{kind.version}")
def test_an_event_only_grew_since_its_golden_schema(kind) -> None:
    path = vocabulary.golden_folder() / vocabulary.golden_name(kind)
    assert path.exists(), f"{kind.name} is new: run `make docs`"
    now = vocabulary.schema(kind)
    assert vocabulary.breaking(golden(path.name), now) == []
    assert golden(path.name) == now, f"{kind.name} grew: run `make docs`"


def test_no_event_disappeared() -> None:
    known = {vocabulary.golden_name(kind) for kind in EVENTS}
    assert {path.name for path in vocabulary.golden_folder().glob("*.json")} <= known


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s["properties"].pop("number"), "number is gone"),
        (lambda s: s["properties"]["number"].update(type="integer"), "number changed its type"),
        (lambda s: s["required"].remove("number"), "number changed whether it is required"),
        (lambda s: s["required"].append("note") or s["properties"].update(note={"type": "string"}),
         "note is new and has no default"),
        (lambda s: s["$defs"]["OrderLine"]["properties"].pop("sku"), "lines[].sku is gone"),
        (lambda s: s["$defs"]["PostalAddress"]["properties"]["city"].update(type="null"),
         "delivery.city changed its type, deliveries[].delivery.city changed its type"),
    ],
)  # fmt: skip
def test_what_is_no_addition_is_named(change, sentence: str) -> None:
    old = golden("commerce.order_placed.v1.json")
    new = copy.deepcopy(old)
    change(new)
    assert ", ".join(vocabulary.breaking(old, new)) == sentence


def test_an_optional_field_is_an_addition_also_inside_a_list() -> None:
    old = golden("commerce.order_placed.v1.json")
    new = copy.deepcopy(old)
    new["properties"]["note"] = {"type": "string", "default": ""}
    new["$defs"]["OrderLine"]["properties"]["gift"] = {"type": "boolean", "default": False}
    assert vocabulary.breaking(old, new) == []


def test_the_pages_in_docs_are_current() -> None:
    assert (ROOT / "docs/asyncapi.yaml").read_text() == asyncapi(settings.EVENT_ROUTES), "run `make docs`"
    assert (ROOT / "docs/events.md").read_text() == catalogue(settings.EVENT_ROUTES), "run `make docs`"


def test_docs_check_says_what_is_out_of_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("docs", into=tmp_path)
    call_command("docs", into=tmp_path, check=True)
    (tmp_path / "events.md").write_text("old")
    with pytest.raises(SystemExit):
        call_command("docs", into=tmp_path, check=True)
    assert "out of date: events.md" in capsys.readouterr().err


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    import yaml

    document = yaml.safe_load(asyncapi(settings.EVENT_ROUTES))

    def references(value):
        if isinstance(value, dict):
            for key, item in value.items():
                yield from [item] if key == "$ref" else references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = list(references(document))
    assert len(found) > len(EVENTS)
    for reference in found:
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
