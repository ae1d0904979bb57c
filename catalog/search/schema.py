"""The fields of an embedded index, and how an entry becomes a document of it.

`name` and `body` hold stemmed words of the view's language, `plain` the same words only folded: for typing
errors and for what is still being typed. Prices are whole millionths, since an index knows no decimals.
"""

from decimal import Decimal

import tantivy

from catalog.search.entries import Entry
from catalog.search.shape import Shape

# Part of an index folder's name: a change of fields or analysis makes every index anew.
VERSION = 4
MILLION = Decimal(1_000_000)


def build(shape: Shape) -> tantivy.Schema:
    """The schema of an index that knows this."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="language")
    builder.add_text_field("body", tokenizer_name="language", index_option="freq")
    builder.add_text_field("plain", tokenizer_name="folded", index_option="freq")
    builder.add_text_field("sku", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("category", tokenizer_name="raw", index_option="basic")
    builder.add_json_field("attrs", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_json_field("numbers", fast=True, tokenizer_name="raw", index_option="basic")
    for name in shape.price_fields:
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in shape.sort_fields.values():
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_boolean_field("in_stock", indexed=True, fast=True)
    builder.add_text_field("sort", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("created", indexed=True, fast=True)
    return builder.build()


def document(entry: Entry, shape: Shape) -> tantivy.Document:
    """A document of the index."""
    document = tantivy.Document()
    document.add_text("id", str(entry.product))
    if entry.name:
        document.add_text("name", entry.name)
        document.add_text("body", entry.body)
        document.add_text("plain", f"{entry.name} {entry.body}")
    for sku in entry.skus:
        document.add_text("sku", sku)
    for category in entry.categories:
        document.add_text("category", str(category))
    if entry.facets:
        document.add_json("attrs", dict(entry.facets))
    if entry.numbers:
        document.add_json("numbers", dict(entry.numbers))
    for name, group in zip(shape.price_fields, ["", *shape.groups], strict=True):
        amount = entry.price(group)
        if amount is not None:
            document.add_integer(name, millionths(amount))
    for code, name in shape.sort_fields.items():
        if code in entry.sort_keys:
            document.add_text(name, entry.sort_keys[code])
    document.add_boolean("in_stock", entry.in_stock)
    document.add_text("sort", entry.unique_sort_key)
    document.add_integer("created", int(entry.created_at.timestamp() * 1000))
    return document


def millionths(amount: Decimal) -> int:
    """An amount as the index has it; prices have six decimals, so nothing is lost."""
    return int((amount * MILLION).to_integral_value())
