"""Rules in the admin. Trying one on a cart needs prices: `catalog.quote.trying_admin` adds that."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from catalog.promotion import commands, states
from catalog.promotion.actions import actions_from
from catalog.promotion.conditions import condition_from
from catalog.promotion.coupons import AddCoupon, MakeBatch, add_coupon, make_batch
from catalog.promotion.forms import BatchForm, CouponForm, RuleForm
from catalog.promotion.models import PromotionRule
from catalog.promotion.wording import sentence, tree
from chassis.admin import DomainAdmin, Transition, shown


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
        (None, {"fields": (("name", "kind"), "in_words", "used")}),
        ("What and when", {"fields": ("condition", "actions", "currency")}),
        ("For whom", {"fields": ("channels", "customer_groups", "starts_at", "ends_at", "labels")}),
        ("Together with others", {"fields": (("priority", "exclusive_group", "stop"),)}),
        ("Coupons and limits", {"fields": ("needs_coupon", ("uses_limit", "uses_per_customer", "budget"))}),
    )
    readonly_fields = ("in_words", "used")
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
