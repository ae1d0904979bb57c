"""Having things made anew: what is touched waits for the domain's job."""

from collections.abc import Collection
from datetime import timedelta

from chassis import clock
from chassis.ids import new_id
from chassis.messages import Lane
from chassis.mirrors.shapes import Thing
from chassis.mirrors.tables import Tables
from chassis.unit_of_work import enqueue

SETTLE = timedelta(seconds=2)


class Touching(Tables):
    """Makes things due."""

    def touch(self, source: str, kind: str, owners: Collection[str], *, settle: timedelta = timedelta()) -> None:
        """Make things due again, for instance because something that they refer to has arrived."""
        self._touch({(source, kind, owner) for owner in owners}, {Lane.BULK}, settle=settle)

    def touch_all(self, source: str, kind: str) -> None:
        """Make every thing of a kind due again, because what all of them depend on has changed."""
        known = self.rows._default_manager.using(self.alias).filter(source=source, kind=kind, after__isnull=False)
        self.touch(source, kind, set(known.values_list("owner", flat=True).distinct()))

    def touch_found(self, source: str, kind: str, codes: Collection[str]) -> None:
        """Make the things due again that such a finding is about, because what they lacked may have arrived."""
        found = self.findings._default_manager.using(self.alias).filter(source=source, kind=kind, code__in=codes)
        self.touch(source, kind, set(found.values_list("owner", flat=True).distinct()))

    def waiting(self) -> int:
        """Things of all sources that wait to be made anew; one that failed waits for nothing but a change."""
        return self.touched._default_manager.using(self.alias).filter(error="").count()

    def _touch(self, things: Collection[Thing], lanes: set[Lane], *, settle: timedelta = SETTLE) -> None:
        """Bulk changes come table by table, so a thing is not due before its other rows are likely here."""
        if not things:
            return
        now, hurry = clock.now(), lanes == {Lane.FAST}
        due = now if hurry else now + settle
        ordered = sorted(things)
        with self.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO {self.touched._meta.db_table} AS old (source, kind, owner, since, due_at, hurry, error)
                    SELECT source, kind, owner, %s, %s, %s, '' FROM unnest(%s::text[], %s::text[], %s::text[])
                        AS new(source, kind, owner)
                    ON CONFLICT (source, kind, owner) DO UPDATE
                    SET due_at = excluded.due_at, hurry = old.hurry OR excluded.hurry, error = ''""",
                [now, due, hurry, [t[0] for t in ordered], [t[1] for t in ordered], [t[2] for t in ordered]],
            )
        # A key of its own: a job that is running may have looked before this was there.
        enqueue(self.job, key=str(new_id()), due_at=due)
