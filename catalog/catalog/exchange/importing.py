"""Reading products in."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError
from django.db.models import F

from catalog.catalog.errors import InvalidRow
from catalog.catalog.exchange.models import ProductImport, RejectedRow
from catalog.catalog.exchange.rows import command_of, unflattened
from catalog.catalog.products import save_products
from catalog.product.models import Attribute
from chassis import clock
from chassis.errors import DomainError, Problems
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work

BATCH = 50
Row = tuple[int, Any]
"""Number and content; a string is a line that could not be read."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run stands."""

    rows: int
    rejected: int


def import_products(file: Path, *, say: Callable[[Outcome], object] = lambda _: None) -> Outcome:
    """Save every row of a file that can be saved; `say` is told after each batch. Goes on where it was broken off."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with unit_of_work("catalog"):
        run, _ = ProductImport.objects.get_or_create(file_hash=digest, defaults={"file_name": file.name})
    rows = islice(_rows(file), run.done, None)
    while batch := list(islice(rows, BATCH)):
        try:
            _save(run, batch)
        except (DomainError, Problems, DataError):
            # One of them is at fault: each for itself, so that it hinders no other.
            for row in batch:
                _save_one(run, row)
        run.refresh_from_db()
        say(Outcome(rows=run.done, rejected=run.rejected))
    with unit_of_work("catalog"):
        ProductImport.objects.filter(id=run.id, finished_at=None).update(finished_at=clock.now())
    return Outcome(rows=run.done, rejected=run.rejected)


def rejected_rows(run_of: Path) -> Iterator[dict[str, Any]]:
    """What a file's import refused: number, reason, the field at fault, and the row itself."""
    digest = hashlib.sha256(run_of.read_bytes()).hexdigest()
    for row in RejectedRow.objects.filter(run__file_hash=digest).order_by("number").iterator():
        yield {"number": row.number, "reason": row.reason, "field": row.field, "row": row.row}


def _save(run: ProductImport, batch: Sequence[Row]) -> None:
    """A batch and its count in one transaction: after a kill both are there, or neither."""
    with unit_of_work("catalog"):
        save_products([_command(content) for _, content in batch], lane=Lane.BULK)
        ProductImport.objects.filter(id=run.id).update(done=F("done") + len(batch))


def _save_one(run: ProductImport, row: Row) -> None:
    number, content = row
    try:
        _save(run, [row])
    except (DomainError, Problems, DataError) as refusal:
        first = refusal.errors[0] if isinstance(refusal, Problems) else refusal
        reason = f"{first.title} {first.detail}".strip() if isinstance(first, DomainError) else "It cannot be stored."
        kept = json.loads(json.dumps(content, default=str).replace("\\u0000", "\\ufffd"))
        with unit_of_work("catalog"):
            RejectedRow.objects.create(
                run=run, number=number, row=kept, reason=reason, field=getattr(first, "field", "") or ""
            )
            ProductImport.objects.filter(id=run.id).update(done=F("done") + 1, rejected=F("rejected") + 1)


def _command(content: Any) -> Any:
    if isinstance(content, str):
        raise InvalidRow(content)
    return command_of(content)


def _rows(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        if file.suffix.lower() == ".csv":
            kinds = dict(Attribute.objects.values_list("code", "kind"))
            for number, flat in enumerate(csv.DictReader(lines), start=1):
                yield number, _read(lambda flat=flat: unflattened(flat, kinds))  # type: ignore[misc]
        else:
            for number, line in enumerate((line for line in lines if line.strip()), start=1):
                yield number, _read(lambda line=line: json.loads(line))  # type: ignore[misc]


def _read(reading: Callable[[], Any]) -> Any:
    """What was read, or why it could not be."""
    try:
        return reading()
    except InvalidRow as refusal:
        return refusal.detail or refusal.title
    except (ValueError, RecursionError) as error:
        return f"Not JSON: {error}"[:300]
