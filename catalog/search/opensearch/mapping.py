"""The fields of an index in the cluster, and how an entry becomes a document of it.

As in the embedded index `name` and `body` hold stems and `plain` folded words, broken up here; `terms` are those that
a completion may offer. Prices are whole millionths.
"""

import zlib
from dataclasses import asdict
from typing import Any

from catalog.search import schema, words
from catalog.search.entries import Entry
from catalog.search.shape import Shape

# A change of fields or analysis makes every index anew.
VERSION = 2
DEEPEST = 10_200
"""Pages reach down to here; see `asking.MAX_DEPTH`."""
_KEYWORD = {"type": "keyword"}
_WORDS = {"type": "text", "analyzer": "whitespace"}


def name_of(prefix: str, view: str) -> str:
    """The alias of a view. Names are in lower case there, and codes that differ by case are two views."""
    return f"{prefix}-{view.lower()}-{zlib.crc32(view.encode()):08x}"


def index(locale: str, shape: Shape) -> dict[str, Any]:
    """Settings and fields of an index that knows this."""
    return {
        "settings": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "max_result_window": DEEPEST,
            "mapping.total_fields.limit": 5000,
        },
        "mappings": {
            "_meta": {"version": VERSION, "locale": locale, "shape": asdict(shape)},
            "dynamic": False,
            "dynamic_templates": [
                {"attrs": {"path_match": "attrs.*", "mapping": {**_KEYWORD, "ignore_above": 8000}}},
                {"numbers": {"path_match": "numbers.*", "mapping": {"type": "double"}}},
            ],
            "properties": {
                **{name: _KEYWORD for name in ("id", "terms", "skus", "categories", "sort")},
                **{name: _KEYWORD for name in shape.sort_fields.values()},
                **{name: _WORDS for name in ("name", "body", "plain")},
                **{name: {"type": "object", "dynamic": True} for name in ("attrs", "numbers")},
                **{name: {"type": "long"} for name in (*shape.price_fields, "created")},
                "in_stock": {"type": "boolean"},
            },
        },
    }


def document(entry: Entry, locale: str, shape: Shape) -> dict[str, Any]:
    """An entry as the cluster takes it."""
    plain = words.folded().analyze(f"{entry.name} {entry.body}")
    prices = zip(shape.price_fields, map(entry.price, ["", *shape.groups]), strict=True)
    return {
        "id": str(entry.product),
        "name": " ".join(words.language(locale).analyze(entry.name)),
        "body": " ".join(words.language(locale).analyze(entry.body)),
        "plain": " ".join(plain),
        "terms": list(dict.fromkeys(plain)),
        "skus": list(entry.skus),
        "categories": [str(category) for category in entry.categories],
        "attrs": dict(entry.facets),
        "numbers": dict(entry.numbers),
        **{name: schema.millionths(amount) for name, amount in prices if amount is not None},
        **{name: entry.sort_keys[code] for code, name in shape.sort_fields.items() if code in entry.sort_keys},
        "in_stock": entry.in_stock,
        "sort": entry.unique_sort_key,
        "created": int(entry.created_at.timestamp() * 1000),
    }
