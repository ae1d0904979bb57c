"""Filling the indexes from the documents, by jobs: changed products, or a view from nothing.

Documents are read while the view's writer lock is held: of two jobs the later writer has read the later
state. A change leaves the queue after the index has committed; a kill in between indexes it once more.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import tantivy
from django.db import connections

from catalog.pricing.lists import known_groups
from catalog.search import folders, schema
from catalog.search.changes import INDEX, REBUILD
from catalog.search.models import SearchChange
from catalog.search.pages import tell_pages_changed
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import enqueue

BATCH = 5000
PAGE = 2000
WRITER_BYTES = 50_000_000

_ROWS = """
SELECT d.product_id, d.name, d.sort_key, d.source::text, d.facets::text, d.categories, b.amount, p.created_at,
       (SELECT json_object_agg(g.customer_group, g.amount::text)::text FROM catalog_priceblock g
        WHERE g.channel = d.channel AND g.product_id = d.product_id AND g.customer_group <> '') AS group_amounts,
       (d.always_available OR EXISTS (
           SELECT 1 FROM catalog_availability a
           WHERE a.channel = d.channel AND a.sku_key = ANY(d.sku_keys) AND a.in_stock)) AS in_stock
FROM catalog_productdocument d
JOIN catalog_product p ON p.id = d.product_id
LEFT JOIN catalog_priceblock b ON b.channel = d.channel AND b.product_id = d.product_id AND b.customer_group = ''
WHERE d.view = %s AND """


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
    empty = known and all(folders.current(view, locale=locale) is None for view, locale in known)
    changes = list(queue if empty else queue[:BATCH])
    products = list({product for _, product in changes})
    if products:
        for view, locale in known:
            with folders.writing(view):
                path = folders.current(view, locale=locale)
                if path is None:
                    _rebuild(view, locale)
                else:
                    _update(path, view, locale, products)
    return [seq for seq, _ in changes]


def _forget_changes(job: LeasedJob, seqs: list[int]) -> None:
    with connections["catalog"].cursor() as cursor:
        cursor.execute("DELETE FROM catalog_searchchange WHERE seq = ANY(%s) RETURNING product_id", [seqs])
        products = {product for (product,) in cursor.fetchall()}
    # Not before: a cache that asks again must not be told by the index what was true before.
    tell_pages_changed(products)
    if len(seqs) == BATCH:
        enqueue(INDEX, key=str(new_id()))


def _rebuild_view(job: LeasedJob) -> None:
    locale = dict(views()).get(job.payload["view"])
    if locale is None:
        return
    with folders.writing(job.payload["view"]):
        # Whoever asked may have been served while this job waited.
        if job.payload.get("force") or folders.current(job.payload["view"], locale=locale) is None:
            _rebuild(job.payload["view"], locale)


def _nothing(job: LeasedJob, _: object) -> None:
    """The index on disk is the effect; there is nothing to record."""


SEARCH_INDEX = JobKind(name=INDEX, call=_index_changes, record=_forget_changes)
SEARCH_REBUILD = JobKind(name=REBUILD, call=_rebuild_view, record=_nothing)


def opened(path: Path, *, locale: str) -> tantivy.Index:
    """An index with the analysers of its locale; made when the folder is empty."""
    index = tantivy.Index(schema.build(folders.groups_of(path)), path=str(path), reuse=True)
    index.register_tokenizer("language", schema.language(locale))
    index.register_tokenizer("folded", schema.folded())
    return index


def _rebuild(view: str, locale: str) -> None:
    groups = known_groups()
    path = folders.new_generation(view, groups=groups)
    index = opened(path, locale=locale)
    writer = index.writer(WRITER_BYTES, 1)
    for row in _all_rows(view):
        writer.add_document(schema.entry(row, groups))
    writer.commit()
    writer.wait_merging_threads()
    folders.switch(view, path, locale=locale)


def _update(path: Path, view: str, locale: str, products: Sequence[UUID]) -> None:
    index, groups = opened(path, locale=locale), folders.groups_of(path)
    writer = index.writer(WRITER_BYTES, 1)
    for product in products:
        writer.delete_documents_by_term("id", str(product))
    for row in _rows("d.product_id = ANY(%s)", [view, list(products)]):
        writer.add_document(schema.entry(row, groups))
    writer.commit()
    writer.wait_merging_threads()


def _all_rows(view: str) -> Iterator[dict[str, Any]]:
    """Every document of a view, a page at a time by key: no cursor is held open, memory stays flat."""
    after = UUID(int=0)
    while True:
        rows = _rows("d.product_id > %s ORDER BY d.product_id LIMIT %s", [view, after, PAGE])
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1]["product_id"]


def _rows(condition: str, parameters: list[Any]) -> list[dict[str, Any]]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute(_ROWS + condition, parameters)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in ("source", "facets", "group_amounts"):
            row[name] = json.loads(row[name]) if row[name] else None
    return rows
