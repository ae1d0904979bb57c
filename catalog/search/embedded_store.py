"""Writing the embedded indexes: folders on a disk that the one writer and all readers see."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from catalog.search import embedded, folders, schema
from catalog.search.embedded_index import opened
from catalog.search.engine import Engine
from catalog.search.entries import Reader

WRITER_BYTES = 50_000_000


class EmbeddedStore:
    """The indexes of this installation as folders."""

    def engine(self, view: str, *, locale: str) -> Engine | None:
        return embedded.engine(view, locale=locale)

    def exists(self, view: str, *, locale: str) -> bool:
        return folders.current(view, locale=locale) is not None

    def writing(self, view: str) -> AbstractContextManager[None]:
        return folders.writing(view)

    def rebuild(self, view: str, *, locale: str) -> None:
        reader = Reader(view)
        path = folders.new_generation(view, shape=reader.shape)
        index = opened(path, locale=locale)
        writer = index.writer(WRITER_BYTES, 1)
        for entry in reader.all():
            writer.add_document(schema.document(entry, reader.shape))
        writer.commit()
        writer.wait_merging_threads()
        folders.switch(view, path, locale=locale)

    def update(self, view: str, products: Sequence[UUID], *, locale: str) -> None:
        path = folders.current(view, locale=locale)
        if path is None:
            return self.rebuild(view, locale=locale)
        reader = Reader(view)
        with embedded.damage_told(view, path):
            index, shape = opened(path, locale=locale), folders.shape_of(path)
            writer = index.writer(WRITER_BYTES, 1)
            for product in products:
                writer.delete_documents_by_term("id", str(product))
            for entry in reader.some(products):
                writer.add_document(schema.document(entry, shape))
            writer.commit()
            writer.wait_merging_threads()
        return None
