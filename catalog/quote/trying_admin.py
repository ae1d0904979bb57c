"""The page of a promotion rule with its dry run: what the rule would do to a cart."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from catalog.promotion.models import PromotionRule
from catalog.promotion.rule_admin import RuleAdmin
from catalog.quote.forms import ExampleForm
from catalog.quote.trying import Tried, dry_run
from chassis.admin import shown
from chassis.admin.transitions import dressed


class TriedRuleAdmin(RuleAdmin):
    """A rule that staff can try on a cart before it is published."""

    fieldsets = (
        (None, {"fields": (("name", "kind"), "in_words", "used", "try_it")}),
        *RuleAdmin.fieldsets[1:],
    )
    readonly_fields = (*RuleAdmin.readonly_fields, "try_it")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.try_view)
        return [path("<uuid:rule>/try/", view, name="catalog_promotionrule_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest, rule: UUID) -> HttpResponse:
        """The dry run's page; a POST tries, and writes nothing."""
        found = PromotionRule.objects.filter(id=rule, kind=PromotionRule.CART).first()
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        form = dressed(ExampleForm(request.POST if request.method == "POST" else None))
        context = {
            **self.admin_site.each_context(request),
            "title": "Dry run",
            "opts": self.opts,
            "original": found,
            "form": form,
            "back": reverse("admin:catalog_promotionrule_change", args=[rule]),
        }
        if request.method == "POST" and form.is_valid():
            context |= _shown(dry_run(rule, form.example()))  # type: ignore[attr-defined]
        return TemplateResponse(request, "promotion/dry_run.html", context)

    @admin.display(description="dry run")
    def try_it(self, rule: PromotionRule) -> str:
        if rule._state.adding or rule.kind != PromotionRule.CART:
            return shown.NOTHING
        address = reverse("admin:catalog_promotionrule_try", args=[rule.pk])
        return format_html('<a href="{}" class="underline">try it on a cart</a>', address)


def _shown(tried: Tried) -> dict[str, Any]:
    quote = tried.quote
    rules = [
        (one.name, "applied" if one.applied else "not applied", shown.amount(one.amount, quote.currency), one.why)
        for one in tried.explanations
    ]
    lines = [
        (
            line.sku,
            shown.quantity(line.quantity),
            shown.amount(line.unit_price, quote.currency),
            shown.amount(line.discount, quote.currency),
            shown.amount(line.total, quote.currency),
            shown.words(line.problem) or format_html_join("", "{}<br>", ((why,) for why in line.explanation)),
        )
        for line in quote.lines
    ]
    return {
        "rules": shown.table(("rule", "", "gives", "why"), rules),
        "lines": shown.table(("SKU", "quantity", "each", "discount", "total", "why"), lines),
        "totals": f"goods {shown.amount(quote.subtotal, quote.currency)}, "
        f"shipping {shown.amount(quote.shipping, quote.currency)}, total {shown.amount(quote.total, quote.currency)}",
    }
