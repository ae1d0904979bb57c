"""An assessment as a page of text for people, and as JSON for everything else."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from strangler.assess import Assessment

if TYPE_CHECKING:
    from strangler.extract import Extraction

WIDTH = 100


def as_json(assessment: Assessment) -> str:
    """The whole assessment, indented, keys as in the dataclasses."""
    return msgspec.json.format(msgspec.json.encode(assessment), indent=2).decode()


def as_text(assessment: Assessment) -> str:
    """The assessment in the order in which a merchant asks."""
    return "\n".join(_lines(assessment)) + "\n"


def not_carried(assessment: Assessment) -> str:
    """Everything that an extraction leaves behind, so that nothing is dropped in silence."""
    return "\n".join(_left_behind(assessment)) + "\n"


def as_result(extraction: "Extraction") -> str:
    """What a run sent, table by table, and where change capture has to start."""
    lines = ["This run goes on where one was ended." if extraction.resumed else "A new run."]
    lines += [
        f"{t.rows:>9,} rows, {t.changed:>9,} sent, {t.deleted:>6,} deleted  {t.table}"
        for t in extraction.tables if t.rows or t.deleted
    ]  # fmt: skip
    lines.append(f"{extraction.rows:,} rows read, {extraction.sent:,} events sent.")
    if extraction.start.file:
        lines.append(f"Changes follow from {extraction.start.file}:{extraction.start.offset}"
                     f" GTID {extraction.start.gtid or '-'}.")  # fmt: skip
    return "\n".join(lines) + "\n"


def _lines(a: Assessment) -> Iterator[str]:
    yield f"{a.edition.name} {a.edition.version} ({a.edition.evidence})"
    yield f"{a.source} on {a.server}"
    yield (
        f"Looked at binlog {a.position.file}:{a.position.offset} GTID {a.position.gtid or '-'}"
        if (a.position.file)
        else "The server writes no binlog: changes cannot be followed."
    )
    yield from _section("Stores", (
        f"{s.store_id:>3} {s.code:<14} website {s.website:<10} {s.locale} {s.timezone:<18} shows {s.currency},"
        f" base {s.base_currency}{', prices with tax' if s.prices_include_tax else ''}"
        f"{'' if s.active else ', inactive'}"
        for s in a.stores))  # fmt: skip
    yield from _section("Carried", _entities(a, "carried"))
    yield from _left_behind(a)
    if a.absent_tables:
        yield from _section("Absent: tables that this Magento does not have, or does not show", a.absent_tables)
    yield from _section("Dirty rows", (
        line for d in a.dirt for line in (
            f"{d.rows:>9,} {d.kind} in {d.entity}. {d.sentence}",
            *(f"{'':>14}{example}"[:WIDTH] for example in d.examples))), none="none found")  # fmt: skip
    yield from _section("Rights that the account lacks", (
        f"{r.right}, for {r.needed_for}: {r.statement};" for r in a.missing_rights), none="none")  # fmt: skip
    yield from _section("Settings for following changes", (
        f"{s.name} = {s.value}" + (f" (wanted {s.wanted}): {s.change}" if s.change else " is right")
        for s in a.settings))  # fmt: skip
    yield ""
    yield f"{a.carried_rows:,} rows to carry, about {_duration(a.estimated_seconds)} on two cores."


def _left_behind(a: Assessment) -> Iterator[str]:
    yield from _section(
        "Product types",
        (
            f"{p.products:>9,} {p.type:<14} {'carried' if p.carried else 'NOT carried by this release'}"
            for p in a.product_types
        ),
    )
    yield from _section("Understood, not carried by this release", _entities(a, "parked"))
    yield from _section("Never carried", (
        f"{t.rows:>9,}{'~' if t.estimated else ' '} {t.table} ({t.why})"
        for t in a.tables if t.fate == "never" and t.rows))  # fmt: skip
    yield from _section("Not understood: tables", (
        f"{t.rows:>9,}{'~' if t.estimated else ' '} {t.table} ({t.why})" for t in a.unknown_tables),
        none="every table is known")  # fmt: skip
    yield from _section("Not understood: columns of carried tables", a.unknown_columns,
                        none="every column is Magento's own")  # fmt: skip
    yield from _section("Not understood: attributes", (
        f"{n.values:>9,} values {n.entity_type}.{n.code}: {n.reason}" for n in a.unknown_attributes),
        none="every attribute is understood")  # fmt: skip


def _entities(a: Assessment, fate: str) -> Iterator[str]:
    for e in a.entities:
        if e.fate == fate and (e.rows or fate == "carried"):
            yield f"{e.records:>9,} {e.entity} ({e.rows:,} rows){': ' + e.why if e.why else ''}"


def _section(title: str, lines: Iterable[str], *, none: str = "nothing") -> Iterator[str]:
    yield ""
    yield title
    listed = list(lines)
    yield from (f"  {line}" for line in listed or [none])


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} minutes"
