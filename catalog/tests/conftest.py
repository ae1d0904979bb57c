"""Every test has a search folder of its own and starts without opened indexes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.search import embedded, queries


@pytest.fixture(autouse=True)
def search_folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.STATE_FOLDER = tmp_path
    embedded._opened.clear()
    queries._asked.clear()
    yield tmp_path / "search"
    embedded._opened.clear()
