"""What a shopper sees of a product, in the admin: the page's document in a view, with a customer group's prices."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from catalog.catalog.publication.preview import preview_token, previewed
from catalog.catalog.queries import product_by_sku
from catalog.pricing.choice import GUESTS
from catalog.pricing.lists import known_groups
from catalog.product.models import Product, ProductDocument, View
from chassis.admin import shown
from chassis.admin.transitions import dressed


def _groups() -> list[tuple[str, str]]:
    return [(GUESTS, "not signed in"), *((group, group) for group in known_groups() if group != GUESTS)]


class EyesForm(forms.Form):
    """Whose eyes."""

    view = forms.ChoiceField(
        choices=lambda: [(code, code) for code in View.objects.order_by("code").values_list("code", flat=True)]
    )
    group = forms.ChoiceField(label="customer group", choices=_groups)


def seen_page(admin: Any, request: HttpRequest, product: UUID) -> HttpResponse:
    """The page as it is, or, where the view does not show it, as it would be."""
    found = Product.objects.filter(id=product, parent=None).first()
    if found is None:
        raise Http404
    if not admin.has_view_permission(request, found):
        raise PermissionDenied
    form = EyesForm(request.GET or None)
    if not form.is_valid():
        first = View.objects.order_by("code").values_list("code", flat=True).first()
        form = EyesForm({"view": first, "group": GUESTS})
    context = {
        **admin.admin_site.each_context(request),
        "title": "As shoppers see it",
        "opts": admin.opts,
        "original": found,
        "form": dressed(form),
        "back": reverse("admin:catalog_product_change", args=[product]),
    }
    if form.is_valid():
        context |= _seen(found, **form.cleaned_data)
    return TemplateResponse(request, "catalog/seen.html", context)


def _seen(product: Product, *, view: str, group: str) -> dict[str, Any]:
    live = ProductDocument.objects.filter(view=view, product_id=product.id).exists()
    if live:
        body = product_by_sku(view, product.sku, group=group)
    else:
        body = previewed(view, preview_token(product.id, view)[0])
    page = json.loads(body.content)
    return {
        "live": live,
        "page": page,
        "address": f"/api/v1/{view}/products/{page['slug']}" if live else "",
        "facts": shown.table(("", ""), [(one["label"], f"{one['text']} {one['unit']}") for one in page["attributes"]]),
        "variants": shown.table(("SKU", "options", "price", "available"), _variants(page)),
    }


def _variants(page: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    prices = (page["price"] or {}).get("variants", {})
    return [
        (
            one["sku"],
            ", ".join(option["label"] for option in one["options"].values()),
            prices.get(one["sku"], {}).get("amount", shown.NOTHING),
            _stock(page, one["sku"]),
        )
        for one in page["variants"]
    ]


def _stock(page: dict[str, Any], sku: str) -> str:
    if page["always_available"]:
        return "always"
    copy = page["availability"].get(sku)
    return "not known" if copy is None else copy["available"] if copy["in_stock"] else "sold out"
