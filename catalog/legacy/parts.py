"""Rows that are part of another thing: titles, prices and values of options, links and files; made with that thing."""

from collections import defaultdict

from catalog.legacy.tables import MIRROR, TABLES
from chassis.mirrors import Found, Maker


def part(kind: str) -> Maker:
    """A maker for parts of this kind: whatever has them is due."""

    def make(source: str, owners: list[str]) -> None:
        touching = MIRROR.touching(source, kind, owners)
        whole: dict[str, set[str]] = defaultdict(set)
        for rows in touching.values():
            for table, row in rows:
                owner, column = TABLES[table].owner
                whole[owner].add(row[column] or "")
        for owner, ids in whole.items():
            MIRROR.touch(source, owner, ids)
        lost = {id_ for id_, rows in MIRROR.rows_of(source, kind, owners).items() if rows and not touching[id_]}
        MIRROR.replace_findings(
            source, kind, owners, [Found(owner=id_, code="of_nothing", whole=True) for id_ in sorted(lost)]
        )

    return make


def nothing(source: str, owners: list[str]) -> None:
    """A maker for what is made elsewhere: a row that names it changes the row's own thing."""
