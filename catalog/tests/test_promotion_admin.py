"""Staff write rules, try them, let them run and make coupons; a raw POST passes none of their rules."""

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from catalog.promotion.models import Coupon, CouponBatch, PromotionRule, Redemption
from catalog.tests import shop
from catalog.tests.promotions import TEN_OFF, deliver, request, saved
from chassis.admin.history import history_of
from chassis.admin.testing import queries_of_lists, sign_in_as
from chassis.jobs.runner import JobRunner

pytestmark = pytest.mark.django_db(databases=["catalog"])

LIST = "/admin/catalog/promotionrule/"
KNIVES = {"type": "product", "fact": "category", "is": "one_of", "value": ["knives"]}


@pytest.fixture(autouse=True)
def _shop(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.structure()
    shop.simple("K1", "Knife", price="11.90")
    sign_in_as(monkeypatch, "catalog.*")


def filled(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": "Spring",
        "kind": "cart",
        "priority": "0",
        "labels": "{}",
        "condition": json.dumps({"type": "lines", "where": KNIVES}),
        "actions": json.dumps([TEN_OFF]),
    }
    return {**data, **more}


def page(rule: UUID, tail: str = "change/") -> str:
    return f"{LIST}{rule}/{tail}"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_rule_is_written_read_as_a_tree_tried_and_published(client: Client) -> None:
    assert client.post(f"{LIST}add/", filled(channels=["eu"], stop="on")).status_code == 302
    rule = PromotionRule.objects.get()
    assert (rule.state, rule.channels, rule.stop, rule.version) == ("draft", ["eu"], True, 1)
    body = text(client, page(rule.id))
    assert "there is a line such that:" in body
    assert "    the product&#x27;s category is one of knives" in body
    tried = client.post(page(rule.id, "try/"), {"view": "en", "lines": "K1 2\nNOPE"}).content.decode()
    assert "10 % off, because 1 of 1 lines are such that" in tried
    assert "21.42 EUR" in tried and "unknown sku" in tried
    assert PromotionRule.objects.get().state == "draft"
    client.post(page(rule.id, "transition/publish/"))
    assert PromotionRule.objects.get().state == "active"
    assert {entry.action for entry in history_of("catalog").objects.all()} >= {"add", "publish"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"condition": "{"}, "valid JSON"),
        ({"condition": json.dumps({"type": "lines", "where": {"type": "nope"}})}, "At where/type: "),
        ({"condition": json.dumps({"type": "all", "of": [KNIVES]})}, "At of/0: product looks at one line"),
        ({"actions": json.dumps([{"type": "percent", "percent": "120"}])}, "At 0/percent: "),
        ({"actions": "[]"}, "required"),
        ({"kind": "catalog"}, "At : lines looks at the cart"),
        ({"budget": "5"}, "A budget needs its currency"),
        ({"channels": ["nowhere"]}, "Select a valid choice"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_at_its_field_and_kept_on_the_page(
    client: Client, more: dict[str, Any], told: str
) -> None:
    answer = client.post(f"{LIST}add/", filled(**more))
    assert answer.status_code == 200
    body = answer.content.decode()
    assert told.replace("At : ", "") in body
    assert not PromotionRule.objects.exists()


def test_a_rule_that_runs_is_not_edited_and_a_stale_edit_is_refused(client: Client) -> None:
    rule = saved("A", publish=False)
    stale = filled(name="B", opened_version="0")
    assert client.post(page(rule), stale).status_code == 200
    client.post(page(rule), filled(name="B", opened_version="1"))
    assert PromotionRule.objects.get().name == "B"
    client.post(page(rule, "transition/publish/"))
    version = PromotionRule.objects.get().version
    assert client.post(page(rule), filled(name="C", opened_version=str(version))).status_code == 403
    client.post(page(rule), {"state": "ended"})
    assert (PromotionRule.objects.get().name, PromotionRule.objects.get().state) == ("B", "active")


def test_coupons_are_made_by_buttons_and_taken_as_a_file(client: Client) -> None:
    rule = saved("A", needs_coupon=True)
    client.post(page(rule, "transition/coupon/"), {"code": "SPRING", "uses_limit": "3"})
    client.post(page(rule, "transition/batch/"), {"wanted": "50", "length": "8", "prefix": "B-", "uses_limit": "1"})
    JobRunner("catalog").run_due()
    batch = CouponBatch.objects.get()
    answer = client.get(f"/admin/catalog/couponbatch/{batch.id}/codes.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows[0] == ["code", "used"] and len(rows) == 51
    assert all(code.startswith("B-") and used == "0" for code, used in rows[1:])
    spring = Coupon.objects.get(code="SPRING")
    client.post(f"/admin/catalog/coupon/{spring.id}/transition/switch_off/")
    assert not Coupon.objects.get(code="SPRING").active
    refused = client.post(page(rule, "transition/coupon/"), {"code": "=1+1"}, follow=True)
    assert "a letter or digit" in refused.content.decode()
    assert "50" in text(client, "/admin/catalog/couponbatch/")


def test_a_viewer_tries_rules_and_changes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = saved("A", publish=False, needs_coupon=True)
    sign_in_as(monkeypatch, "*.*.view")
    assert client.post(page(rule, "try/"), {"view": "en", "lines": "K1"}).status_code == 200
    assert client.post(page(rule, "transition/publish/")).status_code == 403
    assert client.post(page(rule), filled(opened_version="1")).status_code == 403
    sign_in_as(monkeypatch, "commerce.*")
    assert client.get(page(rule, "try/")).status_code == 403
    assert PromotionRule.objects.get().state == "draft"


def test_an_example_that_is_none_is_told(client: Client) -> None:
    rule = saved("A")
    for data in ({"lines": "K1"}, {"view": "en"}, {"view": "en", "lines": "K1", "country": "Germany"}):
        answer = client.post(page(rule, "try/"), data)
        assert answer.status_code == 200 and "errorlist" in answer.content.decode()


def test_lists_open_and_search_with_the_same_queries_whatever_is_in_them(client: Client) -> None:
    rule = saved("A", needs_coupon=False)
    deliver(request(rule))
    few = queries_of_lists(client, "catalog", search="A")
    for number in range(6):
        deliver(request(saved(f"A{number}")))
    assert queries_of_lists(client, "catalog", search="A") == few
    row = Redemption.objects.order_by("created_at").first()
    assert row is not None and "A" in text(client, f"/admin/catalog/redemption/{row.pk}/change/")
