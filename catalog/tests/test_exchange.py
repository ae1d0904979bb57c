"""Products leave as files and come back the same; a bad row hinders no other, and a broken run goes on."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.catalog.exchange import importing
from catalog.catalog.exchange.exporting import commands, export_products
from catalog.catalog.exchange.importing import import_products, rejected_rows
from catalog.catalog.exchange.models import ProductImport
from catalog.commands import LinksInput
from catalog.product.models import Product, ProductDocument
from catalog.tests import kinds, shop

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()


def written(tmp_path: Path, *rows: Any, name: str = "in.jsonl") -> Path:
    file = tmp_path / name
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return file


def good(sku: str, **more: Any) -> dict[str, Any]:
    texts = {"": {"name": f"Knife {sku}"}}
    return {"sku": sku, "texts": texts, "channels": ["eu"], "prices": [{"channel": "eu", "amount": "9.50"}], **more}


def contents() -> dict[tuple[str, str], str]:
    return {(row.view, str(row.product_id)): row.content for row in ProductDocument.objects.all()}


def test_every_kind_leaves_and_comes_back_the_same(tmp_path: Path) -> None:
    kinds.bundle()
    kinds.engraved()
    kinds.grouped()
    kinds.downloadable()
    kinds.gift_card()
    shop.configurable("C1", "Pan")
    shop.simple("L1", "Links", links=LinksInput(related=("C1", "SET")), color="red")
    before, told = contents(), list(commands())
    file = tmp_path / "all.jsonl"
    assert export_products(file) == len(told) == Product.objects.filter(parent=None).count()
    outcome = import_products(file)
    assert (outcome.rows, outcome.rejected) == (len(told), 0), list(rejected_rows(file))
    assert contents().keys() == before.keys()
    changed = [key for key, content in contents().items() if content != before[key] and '"downloadable"' not in content]
    assert changed == [] and list(commands()) == told


def test_a_row_that_is_refused_is_reported_and_hinders_no_other(tmp_path: Path) -> None:
    rows = [
        good("A"),
        good("B", channels=["nowhere"]),
        good("C", colour="red"),
        good("D", prices=[{"channel": "eu", "amount": "cheap"}]),
        "{no json",
        good("E", texts={"": {"name": "nul \0"}}),
        [],
        good("F"),
    ]
    file = written(tmp_path, *rows)
    outcome = import_products(file)
    assert (outcome.rows, outcome.rejected) == (8, 6)
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "F"}
    reasons = {row["number"]: row["reason"] for row in rejected_rows(file)}
    assert list(reasons) == [2, 3, 4, 5, 6, 7]
    assert "nowhere" in reasons[2] and "colour" in reasons[3] and "JSON" in reasons[5]


def test_a_run_that_was_broken_off_goes_on_behind_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, *(good(f"S{number}") for number in range(7)))
    monkeypatch.setattr(importing, "BATCH", 3)

    def break_off(outcome: Any) -> None:
        if outcome.rows == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_products(file, say=break_off)
    assert Product.objects.count() == 3 and ProductImport.objects.get().finished_at is None
    assert import_products(file).rows == 7
    assert Product.objects.count() == 7
    versions = set(Product.objects.values_list("version", flat=True))
    import_products(file)
    assert set(Product.objects.values_list("version", flat=True)) == versions == {1}


def test_csv_has_a_column_for_each_text_value_and_price(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "sku,name,name@view:de,value.color,price.eu,channels,categories,slug.en",
        "K1,Knife,Messer,red,12.50,eu,knives|kitchen,the-knife",
        "K2,,,,1,eu,,",
        "K3,Knife,,pink,1,eu,,",
        name="in.csv",
    )
    outcome = import_products(file)
    assert (outcome.rows, outcome.rejected) == (3, 2)
    product = Product.objects.get(sku="K1")
    assert (product.texts["view:de"]["name"], product.values[""]["color"]) == ("Messer", "red")
    assert product.prices.get().amount == Decimal("12.50") and product.places.count() == 2
    out = tmp_path / "out.csv"
    assert export_products(out) == 1
    assert "the-knife" in out.read_text() and "knives|kitchen" in out.read_text()


def test_the_command_line_tells_what_became_of_a_file(tmp_path: Path, capsys: Any) -> None:
    file, report = written(tmp_path, good("A"), good("")), tmp_path / "rejected.jsonl"
    call_command("products", "import", str(file), rejected=report)
    assert "2 rows, 1 refused" in capsys.readouterr().out
    assert json.loads(report.read_text())["number"] == 2


def test_statements_of_an_export_are_as_many_for_thirty_products_as_for_three() -> None:
    counts = []
    for size in (3, 30):
        for number in range(size):
            shop.simple(f"K{number}", f"Knife {number}")
        with CaptureQueriesContext(connections["catalog"]) as captured:
            assert len(list(commands())) == size
        counts.append(len(captured))
    assert counts[0] == counts[1]
