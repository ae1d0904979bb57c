"""Addresses that lead on: of an older shop, and former ones of our own pages. Listed, added and removed by commands."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from catalog.catalog import slugs
from catalog.catalog.forwarding.commands import (
    FormerAddress,
    LeadOn,
    add_former_address,
    forget_former_addresses,
    forward,
    lead_on,
)
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.forwarding.naming import with_names
from catalog.product.models import Slug, View
from chassis.admin import DomainAdmin, shown
from chassis.admin.transitions import dressed

PAGES = ((slugs.PRODUCT, "product, by SKU"), (slugs.CATEGORY, "category, by code"), (slugs.CONTENT, "page, by code"))


def _views() -> list[tuple[str, str]]:
    return [(code, code) for code in View.objects.order_by("code").values_list("code", flat=True)]


class ForwardingForm(forms.ModelForm):  # type: ignore[type-arg]
    view = forms.ChoiceField(choices=_views)
    kind = forms.ChoiceField(label="Leads to a", choices=(*PAGES, (Forwarding.ON, "other address")))
    leads_to = forms.CharField(label="Which", help_text="A SKU, a code, an old path, or https://…")

    class Meta:
        model = Forwarding
        fields = ("view", "path", "permanent")
        help_texts = {"path": "As it was: men/tops.html", "permanent": "301, else 302"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dressed(self)
        row = self.instance
        if not row._state.adding:
            self.initial |= {"kind": row.kind, "leads_to": getattr(row, "leads_to", "") or row.to}


class ForwardingAdmin(DomainAdmin):
    form = ForwardingForm
    list_display = ("path", "view", "kind", "target_shown", "permanent")
    list_filter = (
        shown.one_of("view", lambda: [code for code, _ in _views()]),
        shown.one_of("kind", [kind for kind, _ in Forwarding.KINDS]),
        "permanent",
    )
    search_fields = ("path", "to")
    ordering = ("view", "path")
    show_full_result_count = False
    list_per_page = 50
    fields = ("view", "path", ("kind", "leads_to"), "permanent")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_names(super().get_queryset(request))

    def save_model(self, request: HttpRequest, obj: Forwarding, form: Any, change: bool) -> None:
        told = form.cleaned_data
        obj.id = lead_on(
            LeadOn(
                id=obj.id if change else None,
                view=told["view"],
                path=told["path"],
                kind=told["kind"],
                to=told["leads_to"],
                permanent=told["permanent"],
            )
        )
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Forwarding) -> None:
        forward([], gone=[obj.id])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        forward([], gone=list(queryset.values_list("id", flat=True)))

    @admin.display(description="leads to")
    def target_shown(self, row: Any) -> str:
        return _target(row, row.to)


class AddressForm(forms.ModelForm):  # type: ignore[type-arg]
    view = forms.ChoiceField(choices=_views)
    kind = forms.ChoiceField(label="Leads to a", choices=PAGES)
    leads_to = forms.CharField(label="Which", help_text="A SKU or a code")

    class Meta:
        model = Slug
        fields = ("slug",)
        help_texts = {"slug": "What stood behind products/, categories/ or content/pages/"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dressed(self)


class SlugAdmin(DomainAdmin):
    """Addresses of our pages. The present one follows what it names; a former one leads there until it is given up."""

    form = AddressForm
    list_display = ("slug", "view", "kind", "target_shown", "current")
    list_filter = (
        "current",
        shown.one_of("view", lambda: [code for code, _ in _views()]),
        shown.one_of("kind", [kind for kind, _ in PAGES]),
    )
    search_fields = ("slug",)
    ordering = ("slug", "view", "kind")
    show_full_result_count = False
    list_per_page = 50
    fields = ("view", "slug", ("kind", "leads_to"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_names(super().get_queryset(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj is not None and obj.current)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("view", "slug", "kind", "target_shown", "current") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["view", "slug", "kind", "target_shown", "current"] if obj else []

    def save_model(self, request: HttpRequest, obj: Slug, form: Any, change: bool) -> None:
        told = form.cleaned_data
        obj.id = add_former_address(
            FormerAddress(view=told["view"], kind=told["kind"], slug=told["slug"], to=told["leads_to"])
        )
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Slug) -> None:
        forget_former_addresses([obj.id])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        forget_former_addresses(list(queryset.values_list("id", flat=True)))

    @admin.display(description="leads to")
    def target_shown(self, row: Any) -> str:
        return _target(row, "")


def _target(row: Any, other: str) -> str:
    """A link to what a row leads to; what is gone has no name."""
    if row.target is None:
        return other
    return shown.link("catalog", row.kind, row.target, row.leads_to or "what is gone")
