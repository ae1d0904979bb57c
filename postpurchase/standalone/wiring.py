"""Whom this service asks (by <DOMAIN>_URL), and what it answers itself."""

from collections.abc import Mapping
from typing import Any

from contracts import postpurchase

NEEDS: dict[type, str] = {}


def serves() -> Mapping[type, Any]:
    """Providers by Protocol."""
    from postpurchase.provides import TendersProvider

    return {postpurchase.Tenders: TendersProvider()}
