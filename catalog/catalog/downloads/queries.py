"""Reads of files and grants."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from catalog.catalog.downloads.models import DownloadFile, DownloadGrant
from catalog.product.models import Product


def samples_of(products: Sequence[Product]) -> dict[UUID, list[DownloadFile]]:
    """Free files by product; nothing is asked where no product is downloadable."""
    ids = [product.id for product in products if product.kind == Product.DOWNLOADABLE]
    found: dict[UUID, list[DownloadFile]] = defaultdict(list)
    if ids:
        for row in DownloadFile.objects.filter(product__in=ids, is_sample=True, offered=True).order_by("position"):
            found[row.product_id].append(row)
    return found


def grants_of(customer: UUID, *, channel: str) -> QuerySet[DownloadGrant]:
    """What a customer has bought in a channel and may fetch, or might once."""
    return DownloadGrant.objects.filter(customer=customer, channel=channel).select_related("file__product")


def grants_of_order(order: UUID, *, channel: str, customer: UUID | None, key: str) -> list[DownloadGrant]:
    """An order's grants, for its customer or who holds the order's key; nothing for anybody else."""
    found = DownloadGrant.objects.filter(Q(order=order), channel=channel).select_related("file__product").order_by("id")
    shown = hashlib.sha256(key.encode()).hexdigest() if key else ""
    return [
        grant
        for grant in found
        if (customer is not None and grant.customer == customer)
        or (shown and grant.key_hash and hmac.compare_digest(grant.key_hash, shown))
    ]
