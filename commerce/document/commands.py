"""Who sells in a channel, entered by command."""

from chassis.unit_of_work import unit_of_work
from commerce.document.models import Seller


def define_seller(*, channel: str, name: str, **facts: str) -> Seller:
    """Enter or replace a channel's seller; `facts` are columns of Seller. For documents issued from now on."""
    with unit_of_work("commerce"):
        seller, _ = Seller.objects.update_or_create(channel=channel, defaults={"name": name, **facts})
        return seller
