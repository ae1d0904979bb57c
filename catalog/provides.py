"""What catalog answers to other domains: the query protocols of contracts.catalog."""

from decimal import Decimal

from catalog.quote import cart as quoting
from contracts.catalog import NOBODY, Buyer, Quote, QuoteDelivery, QuoteRequestLine


class Pricing:
    """contracts.catalog.Pricing on this domain's own tables."""

    def quote(
        self,
        *,
        channel: str,
        view: str,
        country: str,
        customer_group: str,
        lines: tuple[QuoteRequestLine, ...],
        shipping: Decimal,
        region: str = "",
        postcode: str = "",
        vat_number: str = "",
        buyer: Buyer = NOBODY,
        deliveries: tuple[QuoteDelivery, ...] = (),
    ) -> Quote:
        """See `catalog.quote.cart.quote`."""
        return quoting.quote(
            channel=channel,
            view=view,
            country=country,
            customer_group=customer_group,
            lines=lines,
            shipping=shipping,
            region=region,
            postcode=postcode,
            vat_number=vat_number,
            buyer=buyer,
            deliveries=deliveries,
        )
