"""What became of a Magento shop: what was sent, what each domain made of it, what is not carried and why.

Each domain tells of its own mirror on its own database; here it is only put together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from django.db.models import Count

from chassis import domains
from chassis.mirrors import KindSummary, Mirror, Summary
from chassis.observe.logs import mask_lines
from strangler.runs import GONE, RowSent, Run
from strangler.tables import ENTITIES, Fate

PRODUCER = "strangler"


@dataclass(frozen=True, kw_only=True)
class EntityRows:
    """An entity of the source: rows sent, rows kept by domain, and for one that nobody holds yet why.

    `parked` are rows that were there when it was last read and are not sent, since this release does not carry them.
    `unkept` are the rows of its tables that nobody keeps, by table: settings and labels that are of no use here.
    """

    entity: str
    sent: int
    kept: dict[str, int]
    unkept: dict[str, int]
    why: str
    parked: int = 0


@dataclass(frozen=True, kw_only=True)
class DomainReport:
    """What a domain made of it. `letters` are events that it could not apply, with the reason of the first."""

    domain: str
    kinds: tuple[KindSummary, ...]
    letters: int
    first_letter: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """`underway` counts events on their way and things that wait to be made."""

    source: str
    underway: int
    entities: tuple[EntityRows, ...]
    domains: tuple[DomainReport, ...]


def mirrors() -> tuple[Mirror, ...]:
    """The mirrors of the domains that take over from Magento."""
    from catalog.legacy.tables import MIRROR as CATALOG
    from commerce.legacy.rows import MIRROR as COMMERCE
    from identity.legacy.rows import MIRROR as IDENTITY
    from logistics.legacy.rows import MIRROR as LOGISTICS

    return (CATALOG, LOGISTICS, IDENTITY, COMMERCE)


def report(source: str) -> Report:
    """The state of the migration from a source now."""
    summaries = [mirror.summary(source) for mirror in mirrors()]
    return Report(
        source=source,
        underway=underway(),
        entities=tuple(_entities(source, summaries)),
        domains=tuple(_domain(summary) for summary in summaries),
    )


def underway() -> int:
    """Events of the extraction that are not acknowledged yet, and things that wait to be made anew."""
    sender = domains.get(PRODUCER)
    outbox = sender.tables.outbox._default_manager.using(sender.alias)
    deliveries = sender.tables.delivery._default_manager.using(sender.alias)
    events = outbox.filter(relayed_at__isnull=True).count()
    events += sum(len(seqs) for seqs in deliveries.filter(acked_at__isnull=True).values_list("seqs", flat=True))
    return events + sum(mirror.waiting() for mirror in mirrors())


def as_json(found: Report) -> str:
    """All of it, keys as in the dataclasses."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def as_text(found: Report) -> str:
    """All of it for people."""
    return "\n".join(_lines(found)) + "\n"


def _entities(source: str, summaries: list[Summary]) -> Iterator[EntityRows]:
    alias = domains.get(PRODUCER).alias
    runs = Run.objects.using(alias).filter(source=source, purpose=Run.EXTRACTION, finished_at__isnull=False)
    parked = runs.order_by("pk").values_list("parked", flat=True).last() or {}
    for entity in ENTITIES:
        if entity.fate is Fate.NEVER:
            continue
        rows = RowSent.objects.using(alias).filter(source=source, table__in=list(entity.tables)).exclude(digest=GONE)
        sent = dict(rows.values("table").annotate(n=Count("key")).values_list("table", "n"))
        kept = {s.domain: sum(s.rows.get(table, 0) for table in entity.tables) for s in summaries}
        held = {domain: rows for domain, rows in kept.items() if rows}
        lost = {table: n - max(s.rows.get(table, 0) for s in summaries) for table, n in sent.items()}
        yield EntityRows(
            entity=entity.name,
            sent=sum(sent.values()),
            kept=held,
            unkept={table: n for table, n in sorted(lost.items()) if n > 0},
            parked=sum(parked.get(table, 0) for table in entity.tables),
            why="" if held or (entity.fate is Fate.CARRIED and not sent) else entity.why or "no domain keeps it yet",
        )


def _domain(summary: Summary) -> DomainReport:
    domain = domains.get(summary.domain)
    letters = domain.tables.letter._default_manager.using(domain.alias)
    open_ = letters.filter(type__startswith="magento.", state__in=domain.tables.letter.OPEN).order_by("first_failed_at")
    first = open_.first()
    reason = mask_lines(first.reason) if first else ""
    return DomainReport(
        domain=summary.domain,
        kinds=summary.kinds,
        letters=open_.count(),
        first_letter=reason,
    )


def _lines(found: Report) -> Iterator[str]:
    yield f"From {found.source}: " + (f"{found.underway:,} still under way" if found.underway else "all applied")
    yield ""
    yield "Rows sent, and kept by"
    for entity in found.entities:
        if not entity.why:
            kept = ", ".join(f"{domain} {rows:,}" for domain, rows in entity.kept.items()) or "-"
            unkept = "; kept by none: " + ", ".join(f"{n:,} {t}" for t, n in entity.unkept.items())
            yield f"{entity.sent:>9,} {entity.entity}: {kept}{unkept if entity.unkept else ''}"
    yield ""
    yield "Held by no domain"
    for entity in found.entities:
        if entity.why:
            yield f"{entity.sent or entity.parked:>9,} {entity.entity}: {entity.why}"
    for domain in found.domains:
        yield ""
        letters = f", {domain.letters} events not applied: {domain.first_letter}" if domain.letters else ""
        yield f"{domain.domain}{letters}"
        for kind in domain.kinds:
            yield from _kind(kind)


def _kind(kind: KindSummary) -> Iterator[str]:
    counts = f"{kind.left_out:,} left out, {kind.waiting:,} waiting, {len(kind.failed):,} failed"
    yield f"{kind.carried:>9,} of {kind.things:,} {kind.kind} carried, {counts}"
    for owner, reason in kind.failed[:20]:
        yield f"{'':>12}failed {owner}: {reason}"
    for code, count in sorted(kind.findings.items()):
        examples = "; ".join(f"{owner} {detail}".strip() for owner, detail in kind.examples[code])
        yield f"{count:>15,} {code}: {examples[:150]}"
