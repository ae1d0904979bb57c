"""Reviews in the admin: those that wait come first."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin

from catalog.catalog.reviews.commands import approve_review, reject_review
from catalog.catalog.reviews.models import Review
from catalog.catalog.reviews.states import TRANSITIONS, State
from catalog.product.models import Channel
from chassis.admin import LookOnly, Transition, shown


class AnswerForm(forms.Form):
    """What the shop says to it."""

    answer = forms.CharField(required=False, max_length=2000, widget=forms.Textarea, help_text="Shown with the review.")


def _approve(review: Review, data: Mapping[str, Any]) -> None:
    approve_review(review.id, answer=data.get("answer", ""))


def _reject(review: Review, _: Mapping[str, Any]) -> None:
    reject_review(review.id)


def _lock_product(pk: Any) -> None:
    """The product before its review, as the commands lock them."""
    Review.objects.select_related("product").select_for_update(of=("product",)).filter(pk=pk).first()


class ReviewAdmin(LookOnly):
    list_display = ("created_at", "product_link", "rating", "title", "nickname", "state_shown")
    list_select_related = ("product",)
    list_filter = (
        shown.one_of("state", tuple(State)),
        "rating",
        shown.one_of("channel", lambda: Channel.objects.order_by("code").values_list("code", flat=True)),
    )
    search_fields = ("product__sku_key", "title")
    ordering = ("-created_at",)
    fields = (
        *("product_link", ("rating", "state_shown"), "nickname", "title", "text", "answer"),
        *(("view", "channel"), ("created_at", "decided_at")),
    )
    readonly_fields = ("product_link", "state_shown")
    state_fields = ("state",)
    state_shown = shown.state("state", warning=("pending",), success=("approved",), danger=("rejected",))
    bulk = ("approve", "reject")
    transitions = (
        Transition(
            name="approve",
            title="Approve",
            run=_approve,
            form=AnswerForm,
            when=lambda review: "approve" in TRANSITIONS[State(review.state)],
            lock_first=_lock_product,
            explanation="Shown to everybody, and counted in the product's rating.",
        ),
        Transition(
            name="reject",
            title="Reject",
            run=_reject,
            when=lambda review: "reject" in TRANSITIONS[State(review.state)],
            lock_first=_lock_product,
            dangerous=True,
            explanation="Nobody sees it.",
        ),
    )

    @admin.display(description="product")
    def product_link(self, review: Review) -> str:
        return shown.link("catalog", "product", review.product_id, review.product.sku)
