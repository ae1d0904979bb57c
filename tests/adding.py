"""python -m tests.adding JSON: what staff offer for orders of a running shop, through the public commands.

JSON is {order: {SKU: quantity}}. Prints {order: addition}.
"""

import json
import os
import sys
from decimal import Decimal
from uuid import UUID

import django

import config  # noqa: F401


def main(text: str) -> None:
    """Make the offers."""
    from chassis import clock
    from commerce.addition.commands import offer
    from commerce.addition.models import Addition
    from commerce.checkout.items import Item

    made = {
        order: str(offer(UUID(order), wanted={Item(sku): Decimal(many) for sku, many in goods.items()}).id)
        for order, goods in json.loads(text).items()
    }
    # As if each had been sent its link: not every shop of the tests has a storefront for that.
    Addition.objects.filter(id__in=made.values()).update(sent_at=clock.now())
    print(json.dumps(made))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.monolith")
    django.setup()
    main(sys.argv[1])
