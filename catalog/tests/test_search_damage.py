"""An index that is damaged or gone is made anew by itself; PostgreSQL answers meanwhile, and no shopper sees it."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.product.changes import SearchChange
from catalog.search import embedded, folders, queries, schema
from catalog.search.embedded_index import intact
from catalog.tests import shop
from catalog.tests.test_search import get, skus
from chassis import clock

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    for number in range(30):
        shop.simple(f"K{number}", f"Knife number {number}", price=str(number))
    shop.run_jobs()


def files(path: Path) -> list[Path]:
    return [file for file in path.iterdir() if file.suffix in (".term", ".idx", ".pos", ".store", ".fast")]


def halved(path: Path) -> None:
    for file in files(path):
        os.truncate(file, file.stat().st_size // 2)


def scribbled(path: Path) -> None:
    for file in files(path):
        size = file.stat().st_size
        with file.open("r+b") as opened:
            opened.seek(size // 4)
            opened.write(b"\xff" * (size // 4))


def without_files(path: Path) -> None:
    for file in files(path):
        file.unlink()


def without_meta(path: Path) -> None:
    (path / "meta.json").write_text("{")


def without_groups(path: Path) -> None:
    (path / folders.SHAPE).unlink()


DAMAGES = [halved, scribbled, without_files, without_meta, without_groups]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_found_out_and_made_anew(damage: Callable[[Path], None]) -> None:
    before = folders.current("en", locale="en-GB")
    assert before is not None and intact(before)
    damage(before)
    embedded._opened.clear()  # a process that has it open goes on with what it has
    for _ in range(2):  # the one that finds out, and the one that finds none
        body = get("en/search?q=knife&sort=price&limit=3")
        assert (skus(body), body["total"]) == (["K0", "K1", "K2"], 30)
    assert get("en/suggest?q=kni")["products"]
    shop.run_jobs()
    made = folders.current("en", locale="en-GB")
    assert made not in (None, before)
    assert get("en/search?q=knief")["corrected"] is True, "the engine answers again"


@pytest.mark.parametrize("damage", [halved, without_files, without_meta])
def test_a_change_is_not_stuck_at_a_damaged_index(damage: Callable[[Path], None]) -> None:
    path = folders.current("en", locale="en-GB")
    assert path is not None
    damage(path)
    embedded._opened.clear()
    shop.simple("NEW", "New knife")
    shop.run_jobs()
    assert not SearchChange.objects.exists()
    assert skus(get("en/search?q=new")) == ["NEW"]


def test_a_pointer_to_nowhere_is_no_index(search_folder: Path) -> None:
    pointer = search_folder / "en" / "CURRENT"
    nowhere = json.dumps({"folder": "../../etc", "locale": "en-GB", "schema": schema.VERSION})
    for minutes, text in enumerate(("", "[]", '"x"', nowhere)):
        pointer.write_text(text)
        queries._asked.clear()
        with clock.travel(timedelta(minutes=minutes)):
            assert skus(get("en/search?q=number 7")) == ["K7"]
            shop.run_jobs()
        assert folders.current("en", locale="en-GB")


def test_a_question_that_is_wrong_costs_no_index() -> None:
    path = folders.current("en", locale="en-GB")
    assert path is not None
    with pytest.raises(ValueError, match="wrong"), embedded.damage_told("en", path):
        raise ValueError("wrong")
    assert folders.current("en", locale="en-GB") == path
