"""Whether a phase may go on, by what comparisons have found, and how staff look at them."""

from datetime import timedelta

import pytest
from django.test import Client

from chassis import clock
from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from strangler.parity import Comparison, EntityCompared, FieldDifference, blocks_advancing

pytestmark = pytest.mark.django_db(databases=["platform"])


def looked(
    entity: str = "orders", *, unexplained: int = 0, mode: str = Comparison.COMPLETE, domain: str = "commerce",
    ago: timedelta = timedelta(0), round_ended: bool = False,
) -> EntityCompared:  # fmt: skip
    at = clock.now() - ago
    going_on = mode == Comparison.CONTINUOUS
    comparison = Comparison.objects.create(
        source="luma", mode=mode, started_at=at, finished_at=None if going_on else at
    )
    return EntityCompared.objects.create(
        comparison=comparison, entity=entity, domain=domain, complete=mode == Comparison.COMPLETE,
        unexplained=unexplained, looked_at=at, round_ended_at=at if round_ended else None,
    )  # fmt: skip


def blocked(**asked: object) -> str:
    return " ".join(blocks_advancing("luma", **asked))  # type: ignore[arg-type]


def test_what_was_never_compared_blocks() -> None:
    assert blocked() == "Nothing of luma was ever compared."


def test_a_complete_look_that_finds_nothing_blocks_nothing() -> None:
    looked()
    assert blocked() == ""


def test_differences_without_a_reason_block_until_a_complete_look_finds_none() -> None:
    looked(unexplained=3, ago=timedelta(hours=1))
    assert blocked() == "3 differences of orders have no reason."
    looked(mode=Comparison.SAMPLE)
    assert blocked() == "3 differences of orders have no reason."
    looked()
    assert blocked() == ""


def test_a_sample_alone_is_not_enough_and_what_it_finds_later_counts() -> None:
    looked(mode=Comparison.SAMPLE)
    assert blocked() == "orders were never compared as a whole."
    looked()
    looked(mode=Comparison.SAMPLE, unexplained=1)
    assert blocked() == "1 differences of orders have no reason."


def test_a_look_is_good_for_a_day() -> None:
    looked(ago=timedelta(days=2))
    assert blocked().startswith("orders were last compared as a whole at")
    assert blocked(within=timedelta(days=3)) == ""


def test_a_continuous_look_counts_as_whole_after_its_first_round() -> None:
    row = looked(mode=Comparison.CONTINUOUS)
    assert blocked() == "orders were never compared as a whole."
    EntityCompared.objects.filter(pk=row.pk).update(round_ended_at=clock.now())
    assert blocked() == ""


def test_a_domain_is_asked_about_its_own_entities() -> None:
    looked(unexplained=1)
    looked("products", domain="catalog")
    assert blocked(domains=["catalog"]) == ""
    assert blocked(domains=["commerce"]) == "1 differences of orders have no reason."


def difference(row: EntityCompared, number: int = 1) -> FieldDifference:
    return FieldDifference.objects.create(
        compared=row, key=str(number), field="email", theirs="ann@example.org", ours=None, seen_at=clock.now(),
        their_record={"email": "ann@example.org", "number": "0007"}, our_record={"number": "0007"},
    )  # fmt: skip


def test_staff_go_from_a_comparison_to_a_difference_and_see_both_records(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "strangler.*.view")
    row = looked(unexplained=1)
    one = difference(row)
    page = client.get(f"/admin/strangler/comparison/{row.comparison_id}/change/").content.decode()
    address = f"/admin/strangler/fielddifference/?compared__id__exact={row.pk}&amp;reason__exact="
    assert address in page
    listed = client.get(address.replace("&amp;", "&"))
    assert listed.status_code == 200 and "email" in listed.content.decode()
    assert "ann@example.org" not in listed.content.decode()
    shown = client.get(f"/admin/strangler/fielddifference/{one.pk}/change/").content.decode()
    assert "ann@example.org" in shown and "0007" in shown
    assert client.post(f"/admin/strangler/fielddifference/{one.pk}/change/", {"reason": "x"}).status_code == 403


def test_lists_take_the_same_queries_whatever_is_in_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "strangler.*.view")
    difference(looked(unexplained=1))
    few = queries_of_lists(client, "strangler")
    page = "/admin/strangler/comparison/{}/change/"
    row = looked(unexplained=1)
    small = queries_of_page(client, "strangler", page.format(row.comparison_id))
    for number in range(5):
        difference(row, number)
        EntityCompared.objects.create(
            comparison=row.comparison, entity=f"e{number}", domain="x", complete=True, looked_at=clock.now(),
            explained={"a_reason": 2},
        )  # fmt: skip
        difference(looked(f"other{number}"))
    assert queries_of_lists(client, "strangler") == few
    assert queries_of_page(client, "strangler", page.format(row.comparison_id)) == small


def test_people_in_records_are_not_to_be_read_in_the_database(client: Client) -> None:
    from django.db import connections

    difference(looked())
    with connections["platform"].cursor() as cursor:
        cursor.execute("SELECT concat_ws(' ', theirs, their_record, our_record) FROM strangler_fielddifference")
        assert "ann@" not in cursor.fetchone()[0]
