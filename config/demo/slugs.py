"""Slugs: the part of an address that a name becomes."""

import re
import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slug(name: str) -> str:
    """Lower-case ASCII words joined by hyphens; German umlauts as two letters."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_GERMAN))
    return re.sub(r"[^a-z0-9]+", "-", folded.encode("ascii", "ignore").decode()).strip("-")
