"""A quote's lines as the cart gets them: figures with their reasons, or why a line cannot be sold."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.catalog.composition.chosen import Chosen
from catalog.pricing.taxation import Item, Method, Worked, work_out
from catalog.promotion import quoting
from catalog.promotion.evaluation import Discount
from catalog.quote import explanation
from catalog.quote.composed import components
from catalog.quote.priced import Priced
from catalog.quote.reading import Good, Site
from catalog.quote.vat import Exemption
from contracts.catalog import QuotedLine, QuotedTax, QuoteRequestLine


def sold(
    line: QuoteRequestLine,
    one: Priced,
    worked: Worked,
    site: Site,
    free: Exemption,
    discounts: Sequence[Discount],
) -> QuotedLine:
    good, price = one.good, one.price

    def alike(amount: Decimal | None) -> Decimal | None:
        """Another price of the same unit with the tax that the line has."""
        if amount is None:
            return None
        item = Item(key="", unit=amount, quantity=Decimal(1), taxes=one.item.taxes, contained=one.item.contained)
        method = Method(currency=site.currency, with_tax=site.with_tax, rounding=site.policy.rounding)
        return work_out([item], method)[0].gross_unit

    why = [
        *explanation.of_price(price, site),
        *explanation.of_parts(one.chosen),
        *explanation.of_tax(
            one.item.taxes,
            one.item.contained,
            with_tax=site.with_tax,
            tax_class=good.tax_class,
            site=site,
            free=free,
        ),
        *explanation.of_discounts(discounts, site),
    ]
    return QuotedLine(
        **_shown(line, good, one.chosen),
        unit_price=worked.gross_unit,
        regular_unit_price=alike(price.regular) or worked.gross_unit,
        total=worked.payable,
        tax=worked.tax,
        tax_rate=worked.percent,
        explanation=tuple(why),
        net_unit_price=worked.net_unit,
        net_total=worked.net_total,
        discount=worked.discount,
        taxes=tuple(QuotedTax(code=s.code, amount=s.amount, percent=s.percent) for s in worked.taxes),
        lowest_30_days=alike(one.lowest),
        compare_at=alike(price.compare_at),
        price_list=price.by.price_list if price.by else "",
        adjustments=quoting.adjustments(discounts),
        gift=quoting.is_gift(line.key),
    )


def unsold(line: QuoteRequestLine, good: Good | None, problem: tuple[str, str], zero: Decimal) -> QuotedLine:
    return QuotedLine(
        **_shown(line, good, None),
        unit_price=zero,
        regular_unit_price=zero,
        total=zero,
        tax=zero,
        tax_rate=zero,
        explanation=(),
        problem=problem[0],
        problem_option=problem[1],
    )


def _shown(line: QuoteRequestLine, good: Good | None, chosen: Chosen | None) -> dict[str, Any]:
    shown: Mapping[str, str] = (good.line if good else None) or {}
    options = [shown.get("options", ""), *(chosen.labels if chosen else ())]
    parts = components(chosen)
    ships = any(part.requires_shipping for part in parts) if parts else bool(good and good.requires_shipping)
    return {
        "key": line.key,
        "sku": good.sku if good else line.sku,
        "product": good.id if good else None,
        "name": (good.name if good else None) or line.sku,
        "options": ", ".join(option for option in options if option),
        "image": shown.get("image", ""),
        "requires_shipping": ships,
        "quantity": line.quantity,
        "kind": good.kind if good else "",
        "components": parts,
        "delivery": line.delivery,
    }
