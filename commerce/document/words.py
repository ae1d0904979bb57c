"""What is printed on documents, in the languages that they are written in; amounts and dates as babel writes them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

FALLBACK = "en"
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "invoice": "Invoice",
        "credit_note": "Credit note",
        "number": "Number",
        "date": "Date",
        "order": "Order",
        "ordered_on": "Ordered on",
        "corrects": "For invoice",
        "vat_number": "VAT number",
        "description": "Description",
        "quantity": "Quantity",
        "unit_price": "Unit price",
        "tax_percent": "Tax",
        "amount": "Amount",
        "discount": "Discount",
        "refund": "Amount given back",
        "goods": "Goods",
        "shipping": "Shipping",
        "tax_in_it": "Tax included",
        "net": "Without tax",
        "total": "Total",
        "page": "Page",
    },
    "de": {
        "invoice": "Rechnung",
        "credit_note": "Rechnungskorrektur",
        "number": "Nummer",
        "date": "Datum",
        "order": "Bestellung",
        "ordered_on": "Bestellt am",
        "corrects": "Zur Rechnung",
        "vat_number": "USt-IdNr.",
        "description": "Bezeichnung",
        "quantity": "Menge",
        "unit_price": "Einzelpreis",
        "tax_percent": "Steuer",
        "amount": "Betrag",
        "discount": "Rabatt",
        "refund": "Erstatteter Betrag",
        "goods": "Waren",
        "shipping": "Versand",
        "tax_in_it": "Enthaltene Steuer",
        "net": "Ohne Steuer",
        "total": "Gesamt",
        "page": "Seite",
    },
    "fr": {
        "invoice": "Facture",
        "credit_note": "Avoir",
        "number": "Numéro",
        "date": "Date",
        "order": "Commande",
        "ordered_on": "Commandée le",
        "corrects": "Sur la facture",
        "vat_number": "N° de TVA",
        "description": "Désignation",
        "quantity": "Quantité",
        "unit_price": "Prix unitaire",
        "tax_percent": "Taxe",
        "amount": "Montant",
        "discount": "Remise",
        "refund": "Montant remboursé",
        "goods": "Articles",
        "shipping": "Livraison",
        "tax_in_it": "Taxes comprises",
        "net": "Hors taxes",
        "total": "Total",
        "page": "Page",
    },
    "pl": {
        "invoice": "Faktura",
        "credit_note": "Faktura korygująca",
        "number": "Numer",
        "date": "Data",
        "order": "Zamówienie",
        "ordered_on": "Zamówiono",
        "corrects": "Do faktury",
        "vat_number": "NIP",
        "description": "Nazwa",
        "quantity": "Ilość",
        "unit_price": "Cena",
        "tax_percent": "Podatek",
        "amount": "Kwota",
        "discount": "Rabat",
        "refund": "Zwrócona kwota",
        "goods": "Towary",
        "shipping": "Dostawa",
        "tax_in_it": "W tym podatek",
        "net": "Bez podatku",
        "total": "Razem",
        "page": "Strona",
    },
    "vi": {
        "invoice": "Hóa đơn",
        "credit_note": "Giấy báo có",
        "number": "Số",
        "date": "Ngày",
        "order": "Đơn hàng",
        "ordered_on": "Ngày đặt hàng",
        "corrects": "Cho hóa đơn",
        "vat_number": "Mã số thuế",
        "description": "Diễn giải",
        "quantity": "Số lượng",
        "unit_price": "Đơn giá",
        "tax_percent": "Thuế",
        "amount": "Thành tiền",
        "discount": "Giảm giá",
        "refund": "Số tiền hoàn lại",
        "goods": "Hàng hóa",
        "shipping": "Vận chuyển",
        "tax_in_it": "Đã gồm thuế",
        "net": "Chưa thuế",
        "total": "Tổng cộng",
        "page": "Trang",
    },
}


class Writing:
    """How one locale writes: `words` in its language, English where there are none; the rest in its own customs."""

    def __init__(self, locale: str) -> None:
        self.locale = _known(locale)
        self.words = WORDS.get(self.locale.language, WORDS[FALLBACK])

    def money(self, amount: Decimal, currency: str) -> str:
        """€1,234.50 or 1.234,50 €; unit prices keep the decimals that they need."""
        return str(format_currency(amount, currency, locale=self.locale, decimal_quantization=False))

    def number(self, number: Decimal) -> str:
        """Without the zeros of its storage: 2 or 1.5."""
        return str(format_decimal(number.normalize(), locale=self.locale, decimal_quantization=False))

    def country(self, code: str) -> str:
        """A country's name by its ISO code, or the code."""
        return str(self.locale.territories.get(code, code))

    def day(self, day: date) -> str:
        return str(format_date(day, format="medium", locale=self.locale))


def _known(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale.parse(FALLBACK)
