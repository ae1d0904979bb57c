"""Stripe's request bodies: forms whose names are paths, `metadata[reference]=…`."""

from typing import Any
from urllib.parse import parse_qsl


def read(body: str) -> dict[str, Any]:
    """A form as nested dictionaries; values stay texts, lists become dictionaries by number."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, *inner = name.replace("]", "").split("[")
        at = found
        for step, following in zip([head, *inner], [*inner, None], strict=True):
            if following is None:
                at[step] = value
            else:
                at = at.setdefault(step, {})
    return found
