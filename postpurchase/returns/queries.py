"""Finding orders and returns for those who may see them. Who may not gets the answer for what is not there."""

import hmac
from uuid import UUID

from django.db.models import QuerySet

from chassis.access.principal import Kind, Principal
from chassis.errors import Unauthenticated
from chassis.fields import keyed_hash
from postpurchase.returns.errors import UnknownOrder, UnknownReturn
from postpurchase.returns.models import BoughtOrder, ReturnRequest, ViewCopy


def order_of(principal: Principal, *, view: str, number: str, email: str) -> BoughtOrder:
    """The order of that number in the view's channel, for its customer or whoever knows its e-mail address.

    Raises UnknownOrder.
    """
    channel = ViewCopy.objects.filter(code=view, active=True).values_list("channel", flat=True).first()
    orders = BoughtOrder.objects.filter(number=number, channel=channel, placed_at__isnull=False)
    order = None
    if principal.is_authenticated:
        order = orders.filter(customer=UUID(principal.id)).first()
    if order is None and email:
        order = orders.filter(email_hash=keyed_hash(email)).first()
    if order is None:
        raise UnknownOrder()
    return order


def return_of(principal: Principal, request_id: UUID, *, token: str) -> ReturnRequest:
    """A return: the signed-in customer's own, or with the token given when it was made. Raises UnknownReturn."""
    request = ReturnRequest.objects.select_related("order").filter(id=request_id).first()
    own = request is not None and principal.is_authenticated and str(request.customer) == principal.id
    if request is None or not (own or hmac.compare_digest(token.encode(), token_of(request).encode())):
        raise UnknownReturn()
    return request


def returns_of(principal: Principal, *, view: str) -> QuerySet[ReturnRequest]:
    """A customer's returns in the view's channel. Raises Unauthenticated for anybody else."""
    if principal.kind is not Kind.CUSTOMER:
        raise Unauthenticated()
    channel = ViewCopy.objects.filter(code=view, active=True).values("channel")
    mine = ReturnRequest.objects.filter(customer=UUID(principal.id), order__channel__in=channel)
    return mine.select_related("order").prefetch_related("lines__line")


def token_of(request: ReturnRequest) -> str:
    """What a guest shows to see a return: derived from its id, so that nothing need be stored."""
    return keyed_hash(f"postpurchase.return:{request.id}", fold=False)
