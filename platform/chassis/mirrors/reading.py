"""Reading kept rows: all of a thing's, or those of others that touch it."""

from collections.abc import Collection

from chassis.mirrors.shapes import Row, Rows, decoded
from chassis.mirrors.tables import Tables


class Reading(Tables):
    """Answers from the kept rows."""

    def rows_of(
        self, source: str, kind: str, owners: Collection[str] | None = None, *, tables: Collection[str] = ()
    ) -> dict[str, Rows]:
        """All kept rows of these things by their id (of every thing of the kind for None), in one statement.

        Deleted rows are left out; a thing without rows is in the answer with none. `tables` narrows it.
        """
        found = self.rows._default_manager.using(self.alias).filter(source=source, kind=kind, after__isnull=False)
        if owners is not None:
            found = found.filter(owner__in=list(owners))
        if tables:
            found = found.filter(table__in=list(tables))
        rows: dict[str, Rows] = {owner: Rows() for owner in owners or ()}
        for owner, table, after in found.order_by("owner", "table", "key").values_list("owner", "table", "after"):
            rows.setdefault(owner, Rows()).add(table, decoded(after))
        return rows

    def touching(self, source: str, kind: str, owners: Collection[str]) -> dict[str, list[tuple[str, Row]]]:
        """The kept rows of other things that touch these, by the touched thing's id, as (table, row)."""
        names = [f"{kind}:{owner}" for owner in owners]
        found: dict[str, list[tuple[str, Row]]] = {owner: [] for owner in owners}
        rows = (
            self.rows._default_manager.using(self.alias)
            .exclude(touches=[])
            .filter(source=source, touches__overlap=names, after__isnull=False)
        )
        for table, touches, after in rows.order_by("table", "key").values_list("table", "touches", "after"):
            row = decoded(after)
            for name in touches:
                other, _, owner = name.partition(":")
                if other == kind and owner in found:
                    found[owner].append((table, row))
        return found
