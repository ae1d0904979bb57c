"""Writing the indexes in the cluster: one per view and making, with an alias that is moved in one step."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from opensearchpy import helpers
from opensearchpy.exceptions import NotFoundError

from catalog.search.engine import Engine
from catalog.search.entries import Reader
from catalog.search.opensearch import address, mapping
from catalog.search.opensearch.client import Cluster
from catalog.search.opensearch.engine import OpenSearchEngine
from catalog.search.shape import Shape
from chassis.ids import new_id
from chassis.outside import calling_out

KNOWN_SECONDS = 5.0
CHUNK = 500


class NotTaken(Exception):
    """The cluster refused a document; the job tries again."""


class OpenSearchStore:
    """The indexes of this installation in a cluster."""

    def __init__(self, url: str) -> None:
        self.cluster = Cluster(address.parse(url))
        self._seen: dict[str, tuple[float, dict[str, Any]]] = {}

    def engine(self, view: str, *, locale: str) -> Engine | None:
        seen = self._seen.get(view)
        if seen is None or time.monotonic() - seen[0] > KNOWN_SECONDS or not _fits(seen[1], locale):
            with self.cluster.asked() as client:
                seen = self._seen[view] = (time.monotonic(), self._meta(client, view))
        if not _fits(seen[1], locale):
            return None
        return OpenSearchEngine(self.cluster, self._alias(view), shape=_shape(seen[1]))

    def exists(self, view: str, *, locale: str) -> bool:
        return _fits(self._meta(self.cluster.writing, view), locale)

    @contextmanager
    def writing(self, view: str) -> Iterator[None]:
        """Writers may be on several machines, so that they take turns by a lock in the database that they all have.

        The transaction holds the lock and nothing else: between two statements it keeps no snapshot and no row.
        """
        calling_out("OpenSearch")
        with transaction.atomic(using="catalog"):
            with connections["catalog"].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"catalog.search {view}"])
            yield

    def rebuild(self, view: str, *, locale: str) -> None:
        reader, alias, client = Reader(view), self._alias(view), self.cluster.writing
        before = self._behind(view)
        name = f"{alias}-{new_id().hex}"
        client.indices.create(index=name, body=mapping.index(locale, reader.shape))
        self._send(
            {"_op_type": "index", "_index": name, "_id": str(entry.product), "_source": document}
            for entry in reader.all()
            for document in [mapping.document(entry, locale, reader.shape)]
        )
        client.indices.refresh(index=name)
        # Shoppers go to an index that has its copy: one that has none dies with its node. A cluster that cannot make
        # the copy now is no reason to keep them from what is new.
        client.cluster.health(index=name, wait_for_status="green", timeout="30s", request_timeout=40, ignore=[408])
        moved = [{"remove": {"index": old, "alias": alias}} for old in before]
        client.indices.update_aliases(body={"actions": [*moved, {"add": {"index": name, "alias": alias}}]})
        self._seen.pop(view, None)
        # The one before stays until the next rebuild: searches that were sent to it go on.
        gone = set(client.indices.get(index=f"{alias}-*", expand_wildcards="all")) - {name, *before}
        if gone:
            client.indices.delete(index=",".join(sorted(gone)), ignore=[404])

    def update(self, view: str, products: Sequence[UUID], *, locale: str) -> None:
        reader, client = Reader(view), self.cluster.writing
        (name,) = self._behind(view)
        shape = _shape(self._meta(client, view))
        entries = {entry.product: entry for entry in reader.some(products)}
        self._send(
            {"_op_type": "index", "_index": name, "_id": str(id_), "_source": mapping.document(entry, locale, shape)}
            for id_, entry in entries.items()
        )
        self._send({"_op_type": "delete", "_index": name, "_id": str(id_)} for id_ in products if id_ not in entries)
        client.indices.refresh(index=name)

    def _send(self, actions: Iterable[dict[str, Any]]) -> None:
        sent = helpers.streaming_bulk(
            self.cluster.writing, actions, chunk_size=CHUNK, max_retries=5, raise_on_error=False
        )
        for done, result in sent:
            ((what, answer),) = result.items()
            if not done and not (what == "delete" and answer.get("status") == 404):
                raise NotTaken(f"a document was not taken: {answer.get('error', {}).get('type')}")

    def _behind(self, view: str) -> list[str]:
        """The index behind the alias, if there is one."""
        try:
            return list(self.cluster.writing.indices.get_alias(name=self._alias(view)))
        except NotFoundError:
            return []

    def _meta(self, client: Any, view: str) -> dict[str, Any]:
        try:
            found = client.indices.get_mapping(index=self._alias(view))
        except NotFoundError:
            return {}
        (one,) = found.values()
        meta: dict[str, Any] = one["mappings"].get("_meta", {})
        return meta

    def _alias(self, view: str) -> str:
        return mapping.name_of(self.cluster.prefix, view)


def _shape(meta: dict[str, Any]) -> Shape:
    return Shape(**{name: tuple(known) for name, known in meta["shape"].items()})


def _fits(meta: dict[str, Any], locale: str) -> bool:
    return meta.get("version") == mapping.VERSION and meta.get("locale") == locale
