"""Promotions in the admin: rules with a dry run, coupons, and who redeemed what."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from catalog.promotion import commands, states
from catalog.promotion.actions import actions_from
from catalog.promotion.conditions import condition_from
from catalog.promotion.coupons import AddCoupon, MakeBatch, add_coupon, codes_of, make_batch, switch_coupon
from catalog.promotion.forms import BatchForm, CouponForm, ExampleForm, RuleForm
from catalog.promotion.models import CouponBatch, PromotionRule, RedeemedRule, Redemption
from catalog.promotion.trying import Tried, dry_run
from catalog.promotion.wording import sentence, tree
from chassis.admin import Defined, DomainAdmin, LookOnly, ShownInline, Transition, shown
from chassis.admin.transitions import dressed


def _add_coupon(rule: PromotionRule, data: Mapping[str, Any]) -> None:
    add_coupon(AddCoupon(rule=rule.id, **data))


def _make_batch(rule: PromotionRule, data: Mapping[str, Any]) -> None:
    make_batch(MakeBatch(rule=rule.id, **data))


def _can(name: str) -> Any:
    return lambda rule: name in states.RULE[rule.state]


def _takes_coupons(rule: PromotionRule) -> bool:
    return rule.needs_coupon and rule.state != states.ENDED


class RuleAdmin(DomainAdmin):
    """A rule is edited as a draft or while it is paused."""

    form = RuleForm
    show_full_result_count = False
    list_display = ("name", "kind", "state_shown", "priority", "gives", "starts_at", "ends_at", "needs_coupon")
    list_filter = (
        shown.one_of("state", states.RULE),
        shown.one_of("kind", (PromotionRule.CART, PromotionRule.CATALOG)),
        "needs_coupon",
    )
    search_fields = ("name",)
    ordering = ("priority", "id")
    fieldsets = (
        (None, {"fields": (("name", "kind"), "in_words", "used", "try_it")}),
        ("What and when", {"fields": ("condition", "actions", "currency")}),
        ("For whom", {"fields": ("channels", "customer_groups", "starts_at", "ends_at", "labels")}),
        ("Together with others", {"fields": (("priority", "exclusive_group", "stop"),)}),
        ("Coupons and limits", {"fields": ("needs_coupon", ("uses_limit", "uses_per_customer", "budget"))}),
    )
    readonly_fields = ("in_words", "used", "try_it")
    state_fields = ("state",)
    transitions = (
        Transition(
            name="publish",
            title="Publish",
            run=lambda rule, _: commands.publish_rule(rule.id),
            when=_can("publish"),
            explanation="It applies from now on, within its dates. Have you tried it on a cart?",
        ),
        Transition(
            name="pause",
            title="Pause",
            run=lambda rule, _: commands.pause_rule(rule.id),
            when=_can("pause"),
            explanation="It does not apply until it is resumed, and can be edited.",
        ),
        Transition(
            name="resume", title="Resume", run=lambda rule, _: commands.resume_rule(rule.id), when=_can("resume")
        ),
        Transition(name="coupon", title="Add coupon", run=_add_coupon, form=CouponForm, when=_takes_coupons),
        Transition(
            name="batch",
            title="Make coupons",
            run=_make_batch,
            form=BatchForm,
            when=_takes_coupons,
            explanation="Made in the background; the list of batches shows how far, and has them as a file.",
        ),
        Transition(
            name="end",
            title="End",
            run=lambda rule, _: commands.end_rule(rule.id),
            when=_can("end"),
            dangerous=True,
            explanation="It never applies again. This cannot be taken back.",
        ),
    )
    state_shown = shown.state(
        "state", success=(states.ACTIVE,), info=(states.DRAFT,), warning=(states.PAUSED,), danger=(states.ENDED,)
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        editable = obj is None or obj.state in (states.DRAFT, states.PAUSED)
        return editable and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["kind"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: PromotionRule, form: Any, change: bool) -> None:
        commands.save_rule(form.command())

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

    @admin.display(description="gives")
    def gives(self, rule: PromotionRule) -> str:
        return "; ".join(sentence(action) for action in actions_from(rule.actions))

    @admin.display(description="in words")
    def in_words(self, rule: PromotionRule) -> str:
        # As it is stored: a form that was refused has put what it was filled in with into its object.
        stored = PromotionRule.objects.filter(pk=rule.pk).first()
        if stored is None:
            return shown.NOTHING
        rule = stored
        of = "line" if rule.kind == PromotionRule.CATALOG else "cart"
        rows = [*tree(condition_from(rule.condition, of=of)), *(f"→ {sentence(a)}" for a in actions_from(rule.actions))]
        return format_html("<pre>{}</pre>", "\n".join(rows))

    @admin.display(description="used")
    def used(self, rule: PromotionRule) -> str:
        if not rule.is_limited:
            return "not counted: it has no limit"
        usage = rule.usage
        parts = [f"{usage.used} of {rule.uses_limit or 'any number'}"]
        if rule.budget is not None:
            parts.append(f"{shown.amount(usage.spent, rule.currency)} of {shown.amount(rule.budget, rule.currency)}")
        return ", ".join(parts)

    @admin.display(description="dry run")
    def try_it(self, rule: PromotionRule) -> str:
        if rule._state.adding or rule.kind != PromotionRule.CART:
            return shown.NOTHING
        address = reverse("admin:catalog_promotionrule_try", args=[rule.pk])
        return format_html('<a href="{}" class="underline">try it on a cart</a>', address)


class CouponAdmin(Defined):
    list_display = ("code", "rule", "batch", "active", "uses_limit", "used", "ends_at")
    list_select_related = ("rule", "batch")
    search_fields = ("code_key",)
    search_help_text = "A code in capitals or the beginning of it"
    ordering = ("-id",)
    fields = ("code", "rule", "batch", "active", "uses_limit", "used", "ends_at", "created_at")
    state_fields = fields
    transitions = (
        Transition(
            name="switch_off",
            title="Switch off",
            run=lambda coupon, _: switch_coupon(coupon.id, active=False),
            when=lambda coupon: coupon.active,
        ),
        Transition(
            name="switch_on",
            title="Switch on",
            run=lambda coupon, _: switch_coupon(coupon.id, active=True),
            when=lambda coupon: not coupon.active,
        ),
    )
    bulk = ("switch_off", "switch_on")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("code_key__startswith",)


class BatchAdmin(LookOnly):
    """Codes are made in the background and taken as a file."""

    list_display = ("__str__", "rule", "wanted", "made", "uses_limit", "created_at", "as_file")
    list_select_related = ("rule",)
    ordering = ("-created_at",)
    fields = ("rule", "prefix", "length", "wanted", "made", "uses_limit", "ends_at", "created_at", "as_file")
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("<uuid:batch>/codes.csv", view, name="catalog_couponbatch_codes"), *super().get_urls()]

    def file_view(self, request: HttpRequest, batch: UUID) -> StreamingHttpResponse:
        """The codes as CSV, streamed: a batch may have a million."""
        found = CouponBatch.objects.filter(id=batch).first()
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        answer = StreamingHttpResponse(_csv(batch), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="coupons-{batch}.csv"'
        return answer

    @admin.display(description="codes")
    def as_file(self, batch: CouponBatch) -> str:
        address = reverse("admin:catalog_couponbatch_codes", args=[batch.pk])
        return format_html('<a href="{}" class="underline">CSV</a>', address)


class RedeemedInline(ShownInline):
    model = RedeemedRule
    verbose_name_plural = "promotions"
    fields = ("rule_link", "code", "amount")
    readonly_fields = ("rule_link",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("rule")

    @admin.display(description="promotion")
    def rule_link(self, row: RedeemedRule) -> str:
        return shown.link("catalog", "promotionrule", row.rule_id, row.rule.name)


class RedemptionAdmin(LookOnly):
    """What checkouts have redeemed. The shopper is an id or a hash, never an address."""

    list_display = ("created_at", "state_shown", "order_link", "channel", "reason")
    list_filter = (shown.one_of("state", states.REDEMPTION),)
    search_fields = ("order_number",)
    search_help_text = "An order's number"
    ordering = ("-created_at",)
    fields = ("state_shown", "order_link", "channel", "currency", "reason", "created_at", "changed_at")
    readonly_fields = ("state_shown", "order_link")
    inlines = (RedeemedInline,)
    state_shown = shown.state(
        "state",
        info=(states.REQUESTED, states.RESERVED),
        success=(states.CONFIRMED,),
        warning=(states.RELEASED,),
        danger=(states.REFUSED,),
    )

    @admin.display(description="order")
    def order_link(self, row: Redemption) -> str:
        return shown.link("commerce", "order", row.order, row.order_number) if row.order else shown.NOTHING


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


def _csv(batch: UUID) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(("code", "used"))
    for row in codes_of(batch):
        yield writer.writerow(row)


class _Echo:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line
