"""Plans that what staff did meanwhile contradicts."""

from collections.abc import Collection
from uuid import UUID

from django.db import connections


def forget_overruled(products: Collection[UUID]) -> None:
    """Plans for channels in which products are published by now are gone, and ends of what was taken back."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute(
            """DELETE FROM catalog_publication w USING catalog_product p
               WHERE p.id = w.product_id AND p.id = ANY(%s)
                 AND (w.channel = ANY(p.channels)) <> (w.state = 'published')""",
            [list(products)],
        )
