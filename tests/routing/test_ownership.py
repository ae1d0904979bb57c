"""While the old shop owns a domain our API writes nothing of it; reads, and all other domains, stay as they are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from strangler.routing.flags import LEGACY, OURS
from strangler.routing.standing import WATCH, Standing
from tests.routing.conftest import Domains, turn
from tests.routing.old_shop import OldShop

pytestmark = pytest.mark.django_db(databases=["platform", "catalog", "commerce", "identity"])
CARTS = "/api/v1/default/carts"
ANY = "0190a0a0-0000-7000-8000-000000000000"


def post(path: str) -> Any:
    return Client().post(path, {}, content_type="application/json")


def test_by_default_nothing_is_owned_by_the_old_shop(shop: OldShop, domains: Domains) -> None:
    assert post(CARTS).json().get("code") != "owned_by_legacy"


def test_a_write_to_what_the_old_shop_owns_is_refused_and_no_other(shop: OldShop, domains: Domains) -> None:
    turn("writes.commerce", LEGACY)
    answer = post(CARTS)
    assert answer.status_code == 409 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "owned_by_legacy"
    for method, what in {"put": "delivery", "patch": f"lines/{ANY}", "delete": f"lines/{ANY}"}.items():
        refused = getattr(Client(), method)(f"{CARTS}/{ANY}/{what}", {}, content_type="application/json")
        assert refused.status_code == 409, method
    assert Client().get(f"{CARTS}/{ANY}").status_code != 409
    assert post("/api/v1/default/customers/sessions").json().get("code") != "owned_by_legacy"
    turn("writes.commerce", OURS)
    assert post(CARTS).json().get("code") != "owned_by_legacy"


def test_where_no_old_shop_is_known_nobody_looks(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LEGACY_URL = settings.MAGENTO_SOURCE = ""
    turn("writes.commerce", LEGACY)
    monkeypatch.setattr(WATCH, "look", lambda: pytest.fail("looked"))
    assert post(CARTS).json().get("code") != "owned_by_legacy"


def test_as_long_as_it_is_not_known_who_writes_nothing_is_written(
    shop: OldShop, domains: Domains, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WATCH, "look", lambda: None)
    monkeypatch.setattr(WATCH, "last", Standing())
    answer = post(CARTS)
    assert (answer.status_code, answer.json()["code"]) == (503, "ownership_unknown")


def test_every_domain_with_writes_has_a_flag(followed: Callable[[float], None]) -> None:
    from django.urls import URLPattern, URLResolver, get_resolver

    from strangler.routing.flags import owner_flag
    from strangler.routing.middleware import _domain_of

    def views(patterns: Any) -> Any:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from views(one.url_patterns)
            elif isinstance(one, URLPattern):
                yield one.callback

    api = [one for one in get_resolver().url_patterns if str(one.pattern).startswith("api/v1/")]
    found = {_domain_of(view) for view in views(api)} - {"", "chassis"}
    assert {"catalog", "commerce", "identity", "logistics", "postpurchase"} <= found
    assert {domain for domain in found if owner_flag(domain) is None} <= {"operations", "platform", "strangler"}
