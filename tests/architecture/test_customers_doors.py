"""Whoever takes a customer's token asks whether it is one of this shop."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.settings import api_settings

from chassis.access.authentication import door_of
from chassis.access.groups import asked
from chassis.access.permissions import OfThisShop
from chassis.access.principal import Kind


def doors(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Storefront addresses whose views take a customer's token, with the view's class."""
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from doors(one.url_patterns, path)
        elif "<slug:view>" in path and (door := door_of(one.callback)) and Kind.CUSTOMER in door.kinds:
            yield path, getattr(one.callback, "view_class", None) or one.callback.cls  # type: ignore[union-attr]


def test_every_view_that_takes_a_customers_token_refuses_another_shops() -> None:
    found = list(doors(get_resolver().url_patterns))
    assert len(found) > 15
    assert [path for path, view in found if not any(issubclass(p, OfThisShop) for p in view.permission_classes)] == []


def test_every_domain_with_such_a_view_knows_the_groups() -> None:
    views = {view for _, view in doors(get_resolver().url_patterns)}
    labels = {owner.label for view in views if (owner := apps.get_containing_app_config(view.__module__))}
    assert {"catalog", "commerce", "postpurchase", "identity"} <= labels
    assert [label for label in sorted(labels) if not asked(label)] == []


def test_a_view_without_permissions_of_its_own_asks_by_default() -> None:
    assert [OfThisShop] == api_settings.DEFAULT_PERMISSION_CLASSES
