"""Forms of stock policies in the admin, for a source and for one of its items."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from chassis.admin import shown
from logistics.warehouse.models import Source, StockItem
from logistics.warehouse.policies import SetItemPolicy, SetSourcePolicy, set_item_policy, set_source_policy

POLICIES = ("safety_stock", "low_at", "backorders", "backorder_limit")


def policies(row: Source | StockItem) -> str:
    """What is said of selling and telling; what is not said is left out."""
    return shown.facts(
        {
            name: shown.quantity(value) if isinstance(value, Decimal) else value
            for name in (*POLICIES, "available_from")
            if (value := getattr(row, name, None)) not in (None, "")
        }
    )


def _units(row: Any, name: str, help_text: str, **options: Any) -> forms.DecimalField:
    value = getattr(row, name)
    return forms.DecimalField(
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=4,
        required=options.pop("required", False),
        initial=None if value is None else shown.quantity(value),
        help_text=help_text,
        **options,
    )


def source_policy_form(source: Source) -> type[forms.Form]:
    """Defaults of all items of a source."""
    fields = {
        "safety_stock": _units(source, "safety_stock", "So much of each SKU is not sold.", required=True),
        "low_at": _units(source, "low_at", "Little is left at this many or fewer; empty: nobody is told."),
        "backorders": forms.BooleanField(required=False, initial=source.backorders, help_text="Sell beyond the stock."),
        "backorder_limit": _units(source, "backorder_limit", "How far; empty: without a limit."),
    }
    return type("SourcePolicyForm", (forms.Form,), fields)


def item_policy_form(item: StockItem) -> type[forms.Form]:
    """Policies of one item; what is left empty is as in its source."""
    choices = [("", "as in the source"), ("yes", "yes"), ("no", "no")]
    chosen = "" if item.backorders is None else ("yes" if item.backorders else "no")
    fields = {
        "safety_stock": _units(item, "safety_stock", "So much is not sold; empty: as in the source."),
        "low_at": _units(item, "low_at", "Little is left at this many or fewer; empty: as in the source."),
        "backorders": forms.ChoiceField(
            choices=choices, required=False, initial=chosen, help_text="Sell beyond the stock."
        ),
        "backorder_limit": _units(item, "backorder_limit", "How far; empty: as in the source."),
        "available_from": forms.DateTimeField(
            required=False,
            initial=item.available_from,
            help_text="Pre-orders are taken until then, in UTC: 2027-03-01 08:00. Empty: it is sold as it lies there.",
        ),
    }
    return type("ItemPolicyForm", (forms.Form,), fields)


def set_for_source(source: Source, data: Mapping[str, Any]) -> None:
    """What the form of a source says."""
    set_source_policy(SetSourcePolicy(source=source.code, **data))


def set_for_item(item: StockItem, data: Mapping[str, Any]) -> None:
    """What the form of an item says."""
    backorders = {"yes": True, "no": False}.get(data["backorders"])
    set_item_policy(SetItemPolicy(item=item.id, **{**data, "backorders": backorders}))
