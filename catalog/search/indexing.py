"""Filling the indexes from the documents, by jobs: changed products, or a view from nothing.

Documents are read while the view's writer lock is held: of two jobs the later writer has read the later
state. A change leaves the queue after the index has committed; a kill in between indexes it once more.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connections

from catalog.catalog.pages import tell_pages_changed
from catalog.product.changes import INDEX, REBUILD, SearchChange
from catalog.search.engine import EngineFailed
from catalog.search.stores import store
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import enqueue

BATCH = 5000


def views() -> list[tuple[str, str]]:
    """Code and locale of every active view."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """SELECT v.code, v.locale FROM catalog_view v JOIN catalog_channel c ON c.id = v.channel_id
               WHERE v.active AND c.active ORDER BY v.code"""
        )
        return [(code, locale) for code, locale in cursor.fetchall()]


def _index_changes(job: LeasedJob) -> list[int]:
    queue = SearchChange.objects.order_by("seq").values_list("seq", "product_id")
    known = views()
    # An index from nothing holds everything that is queued by now, however much an import has left.
    empty = known and not any(store().exists(view, locale=locale) for view, locale in known)
    changes = list(queue if empty else queue[:BATCH])
    products = list({product for _, product in changes})
    if products:
        for view, locale in known:
            with store().writing(view):
                _bring_up_to_date(view, locale, products)
    return [seq for seq, _ in changes]


def _bring_up_to_date(view: str, locale: str, products: list[UUID]) -> None:
    try:
        if store().exists(view, locale=locale):
            return store().update(view, products, locale=locale)
    except EngineFailed:
        pass  # damaged, and given up by now
    return store().rebuild(view, locale=locale)


def _forget_changes(job: LeasedJob, seqs: list[int]) -> None:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalog_searchchange WHERE seq = ANY(%s) RETURNING product_id, no_longer_in", [seqs]
        )
        gone = cursor.fetchall()
    # Not before: a cache that asks again must not be told by the index what was true before.
    tell_pages_changed({product for product, _ in gone}, left={one for _, left in gone for one in left})
    if len(seqs) == BATCH:
        enqueue(INDEX, key=str(new_id()))


def _rebuild_view(job: LeasedJob) -> None:
    view = job.payload["view"]
    locale = dict(views()).get(view)
    if locale is None:
        return
    with store().writing(view):
        # Whoever asked may have been served while this job waited.
        if job.payload.get("force") or not store().exists(view, locale=locale):
            store().rebuild(view, locale=locale)


def _nothing(job: LeasedJob, _: object) -> None:
    """The index is the effect; there is nothing to record."""


SEARCH_INDEX = JobKind(name=INDEX, call=_index_changes, record=_forget_changes)
# A million products take a quarter of a minute, and longer where others work too.
SEARCH_REBUILD = JobKind(name=REBUILD, call=_rebuild_view, record=_nothing, lease=timedelta(minutes=10))
