"""What is one SKU: case and outer blanks do not count, in Magento's collation as here."""

import unicodedata


def folded(sku: object) -> str:
    """The key under which a SKU's stock of both sides meets."""
    return unicodedata.normalize("NFC", str(sku or "").strip()).casefold()
