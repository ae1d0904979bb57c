"""The button of a category's page by which its rule is set."""

from collections.abc import Mapping
from typing import Any

from django import forms

from catalog.catalog.structure.categories import set_rule
from catalog.product.models import Category
from chassis.admin import Transition


def rule_form(category: Category) -> type[forms.Form]:
    """The rule as JSON, as it is now; empty for none."""

    class RuleForm(forms.Form):
        rule = forms.JSONField(
            required=False,
            initial=category.rule,
            widget=forms.Textarea,
            help_text='As {"all": [{"attribute": "brand", "is": "moor"}, {"price": "eu", "to": "50"}]}.',
        )

    return RuleForm


def _set(category: Category, data: Mapping[str, Any]) -> None:
    set_rule(category.code, data["rule"])


SET_RULE = Transition(
    name="rule",
    title="Set rule",
    run=_set,
    form=rule_form,
    explanation="Products that fit come in, others go out, but for those put there by hand; a job does it.",
)
