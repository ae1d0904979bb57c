"""Every test has a search folder of its own and starts without opened indexes; the engines that tests are run with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from catalog.search import counting, embedded, queries
from catalog.search.steering import guidance
from catalog.search.stores import store
from catalog.tests import shop
from catalog.tests.opensearch.cluster import opensearch
from chassis.ids import new_id

__all__ = ["opensearch"]
INDEXES = ("index", "opensearch")


@pytest.fixture(autouse=True)
def search_folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.STATE_FOLDER = tmp_path
    settings.SEARCH_URL = ""
    settings.SEARCH_COUNT_SECONDS = 0
    for memory in (embedded._opened, queries._asked, guidance._known, counting._counts):
        memory.clear()
    yield tmp_path / "search"
    embedded._opened.clear()


@pytest.fixture(params=INDEXES)
def indexed(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """The products that the test has by now are in an index: of the embedded engine, and of OpenSearch."""
    with _engine(request, settings):
        shop.run_jobs()
        assert store().exists("en", locale="en-GB")
        yield request.param


@pytest.fixture(params=[*INDEXES, "postgres"])
def engine(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """All engines give the same answers; the last has no index to read."""
    with _engine(request, settings):
        if request.param != "postgres":
            shop.run_jobs()
        assert store().exists("en", locale="en-GB") == (request.param != "postgres")
        yield request.param
        assert store().exists("en", locale="en-GB") == (request.param != "postgres")


@contextmanager
def _engine(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    if request.param != "opensearch":
        yield
        return
    prefix = f"t{new_id().hex[-12:]}"
    settings.SEARCH_URL = request.getfixturevalue("opensearch").url.replace("/test", f"/{prefix}")
    yield
    store().cluster.writing.indices.delete(index=f"{prefix}-*")  # type: ignore[attr-defined]
