"""The migration's report, without a shop to migrate from: what nobody holds is told with its number."""

import pytest

from chassis import clock
from config import migration
from config.domains import ALIASES
from strangler.runs import Run
from strangler.tables import ENTITIES, Fate

pytestmark = pytest.mark.django_db(databases=list(ALIASES))


def a_run(**values: object) -> Run:
    now = clock.now()
    return Run.objects.create(
        source="old", started_at=now, finished_at=now, binlog_file="", binlog_offset=0, gtid="", **values
    )


def test_parked_entities_show_how_many_rows_there_were_when_the_source_was_last_read() -> None:
    parked = next(entity for entity in ENTITIES if entity.fate is Fate.PARKED and len(entity.tables) > 1)
    first, second, *_ = parked.tables
    a_run(parked={first: 999})
    a_run(parked={first: 1200, second: 34})
    found = migration.report("old")
    (row,) = [entity for entity in found.entities if entity.entity == parked.name]
    assert (row.sent, row.parked, row.why) == (0, 1234, parked.why)
    assert f"    1,234 {parked.name}: {parked.why}" in migration.as_text(found)


def test_before_the_first_extraction_nothing_is_claimed() -> None:
    assert {entity.parked for entity in migration.report("old").entities} == {0}
