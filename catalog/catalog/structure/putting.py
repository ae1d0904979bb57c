"""Rows that have a code: found by it, made or changed."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from catalog.catalog.errors import InvalidValue, UnknownReference
from catalog.product.models import Edited
from chassis import clock
from chassis.ids import new_id


def put(model: type[Any], command: Any, facts: Mapping[str, Any]) -> tuple[Any, bool]:
    """Insert or change the row with the command's id, else its code; whether anything changed.

    With an id the code may change; InvalidValue when it is another row's.
    """
    external = dict(command.external_id)
    wanted = {**facts, **({"external_id": external} if external else {})}
    fresh = model(id=command.id or new_id(), code=command.code, **wanted)
    same = model.objects.select_for_update().filter(Q(id=fresh.id) | Q(code=command.code))
    found = list(same)
    if not found:
        model.objects.bulk_create([fresh], ignore_conflicts=True)
        found = list(same.all())
        if [row.created_at for row in found if row.id == fresh.id] == [fresh.created_at]:
            return found[0], True
    # The one with the id before the one with the code.
    row: Edited = min(found, key=lambda row: row.id != fresh.id)
    if len(found) > 1 or (command.id and row.id != command.id):
        raise InvalidValue(f"{command.code} is the code of another {model.__name__.lower()}.", field="/code")
    wanted["code"] = command.code
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, wanted[name])
        row.version += 1
        row.changed_at = clock.now()
        row.save(update_fields=[*changed, "version", "changed_at"])
    return row, bool(changed)


def known(model: type[Any], code: str | None, pointer: str) -> Any:
    row = model.objects.filter(code=code).first()
    if row is None:
        raise UnknownReference(f"There is no {model.__name__.lower()} {code}.", field=pointer)
    return row
