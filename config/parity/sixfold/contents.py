"""Pages, blocks and forwardings, as the catalogue has them."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from catalog.product import scopes
from chassis.ids import migrated_id
from config.parity.sides import Sides
from config.parity.sixfold.products import ALIAS, views

TEXTS = ("title", "body", "meta_title", "meta_description")
REDIRECT = ("view", "path", "leads to", "target", "address", "permanent")


def content_keys(sides: Sides) -> Iterator[str]:
    """Kinds and identifiers of what came from there."""
    rows = sides.here(
        ALIAS, "SELECT kind, external_id ->> %s FROM catalog_content WHERE external_id ? %s", sides.name, sides.name
    )
    return (f"{kind}:{identifier}" for kind, identifier in rows)


def contents(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each view shows of them."""
    ids: dict[UUID, str] = {}
    for key in keys:
        kind, _, identifier = key.partition(":")
        ids[migrated_id(sides.name, f"cms_{kind}", identifier)] = key
    shown_in, found = views(sides), {}
    for id_, texts, only_in, active in sides.here(ALIAS, _CONTENTS, list(ids)):
        record: dict[str, Any] = {}
        for view in shown_in:
            shown = active and (not only_in or view.code in only_in)
            said = scopes.resolve(texts, view.chain) if shown else {}
            record[f"shown [{view.code}]"] = shown
            record |= {f"{name} [{view.code}]": said.get(name) for name in TEXTS}
        found[ids[id_]] = record
    return found


_CONTENTS = "SELECT id, texts, views, active FROM catalog_content WHERE id = ANY(%s)"


def redirect_keys(sides: Sides) -> Iterator[str]:
    """A forwarding does not say where it came from: those that are gone there are not looked for here."""
    return iter(())


def redirects(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each forwarding here."""
    ids, found = sides.ids("address", keys), {}
    for id_, *facts in sides.here(ALIAS, _FORWARDINGS, list(ids)):
        record = dict(zip(REDIRECT, facts, strict=True))
        found[ids[id_]] = record | {"target": str(record["target"]) if record["target"] else None}
    return found


_FORWARDINGS = 'SELECT id, view, path, kind, target, "to", permanent FROM catalog_forwarding WHERE id = ANY(%s)'
