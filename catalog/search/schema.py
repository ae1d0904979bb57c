"""The fields of an index, how text is broken into terms, and how a document becomes an entry.

`name` and `body` hold stemmed words of the view's language, `plain` the same words only folded: for typing
errors and for what is still being typed. Prices are whole millionths, since an index knows no decimals.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import tantivy

# Part of an index folder's name: a change of fields or analysis makes every index anew.
VERSION = 2
MILLION = Decimal(1_000_000)
# The stemmer's name for a language; languages without one (Vietnamese) are only folded.
STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip


def build(groups: Sequence[str]) -> tantivy.Schema:
    """The schema of an index that knows the prices of these customer groups."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="language")
    builder.add_text_field("body", tokenizer_name="language", index_option="freq")
    builder.add_text_field("plain", tokenizer_name="folded", index_option="freq")
    builder.add_text_field("sku", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("category", tokenizer_name="raw", index_option="basic")
    builder.add_json_field("attrs", fast=True, tokenizer_name="raw", index_option="basic")
    for name in price_fields(groups):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_boolean_field("in_stock", indexed=True, fast=True)
    builder.add_text_field("sort", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("created", fast=True)
    return builder.build()


def folded() -> tantivy.TextAnalyzer:
    """Words in lower case without accents."""
    return _words().filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()


def language(locale: str) -> tantivy.TextAnalyzer:
    """Words of a locale's language: lower case, stemmed where there is a stemmer, without accents."""
    builder = _words().filter(tantivy.Filter.lowercase())
    stemmer = STEMMERS.get(locale.partition("-")[0].lower())
    if stemmer:
        builder = builder.filter(tantivy.Filter.stemmer(stemmer))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def _words() -> tantivy.TextAnalyzerBuilder:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(60))


def price_fields(groups: Sequence[str]) -> list[str]:
    """The field of everybody's price, and one for each group."""
    return ["price", *(f"price_{place}" for place in range(len(groups)))]


def price_field(groups: Sequence[str], group: str) -> str:
    """The field of a group's price: everybody's for one that the index does not know."""
    return f"price_{groups.index(group)}" if group in groups else "price"


def entry(row: Mapping[str, Any], groups: Sequence[str]) -> tantivy.Document:
    """An index entry of a row of `indexing`'s query."""
    document = tantivy.Document()
    document.add_text("id", str(row["product_id"]))
    if row["source"].get("searched", True):
        body = str(row["source"]["body"])
        document.add_text("name", row["name"])
        document.add_text("body", body)
        document.add_text("plain", f"{row['name']} {body}")
        for sku in row["source"]["skus"]:
            document.add_text("sku", sku)
    for category in row["categories"]:
        document.add_text("category", str(category))
    if row["facets"]:
        document.add_json("attrs", row["facets"])
    own = {group: Decimal(amount) for group, amount in (row["group_amounts"] or {}).items()}
    for name, amount in zip(
        price_fields(groups), [row["amount"], *(own.get(g, row["amount"]) for g in groups)], strict=True
    ):
        if amount is not None:
            document.add_integer(name, millionths(amount))
    document.add_boolean("in_stock", bool(row["in_stock"]))
    # The id decides between equal names, so that pages neither repeat nor lose a product.
    document.add_text("sort", f"{row['sort_key']}\x01{row['product_id']}")
    created: datetime = row["created_at"]
    document.add_integer("created", int(created.timestamp() * 1000))
    return document


def millionths(amount: Decimal) -> int:
    """An amount as the index has it; prices have six decimals, so nothing is lost."""
    return int((amount * MILLION).to_integral_value())
