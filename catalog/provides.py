"""What catalog answers to other domains: the query protocols of contracts.catalog."""

from decimal import Decimal

from catalog.legacy.dialect import answers, old_addresses
from catalog.quote import cart as quoting
from contracts.catalog import NOBODY, Buyer, Quote, QuoteDelivery, QuoteRequestLine
from contracts.dialect import DialectAnswer, DialectQuestion, MadeOf, OldAddress


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


class CatalogDialectProvider:
    """contracts.dialect.CatalogDialect on the rows that are kept of a Magento: a fixed number of statements each."""

    def read(self, *, question: DialectQuestion) -> DialectAnswer:
        return answers.answer(question)

    def made_of(self, *, source: str, sku: str) -> MadeOf | None:
        return answers.what_it_is_made_of(source, sku)

    def old_address(self, *, source: str, store: str, path: str) -> OldAddress | None:
        return old_addresses.old_address(source, store=store, path=path)
