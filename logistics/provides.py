"""Answers logistics' query protocols. `config/wiring.py` binds these; nothing else imports them."""

from decimal import Decimal

from contracts.dialect import DialectAnswer, DialectQuestion
from contracts.logistics import ParcelLine, ShippingOption, SkuAvailability
from logistics.legacy.dialect import answers
from logistics.shipping.queries import shipping_options
from logistics.warehouse.availability import availability


class AvailabilityProvider:
    """contracts.logistics.Availability: one query, whatever the number of SKUs."""

    def of(self, *, channel: str, skus: tuple[str, ...]) -> tuple[SkuAvailability, ...]:
        return availability(channel=channel, skus=skus)


class ShippingRatesProvider:
    """contracts.logistics.ShippingRates: at most five queries, whatever the number of methods and lines."""

    def options(
        self,
        *,
        channel: str,
        country: str,
        goods_total: Decimal,
        postcode: str = "",
        lines: tuple[ParcelLine, ...] = (),
    ) -> tuple[ShippingOption, ...]:
        return shipping_options(
            channel=channel, country=country, goods_total=goods_total, postcode=postcode, lines=lines
        )


class StockDialectProvider:
    """contracts.dialect.StockDialect on the rows that are kept of a Magento."""

    def read(self, *, question: DialectQuestion) -> DialectAnswer:
        return answers.answer(question)
