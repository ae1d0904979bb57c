"""Which additions a shopper is shown, and how the latest attempt to have one stands."""

from django.db.models import Q, QuerySet

from commerce.addition.models import Addition
from commerce.addition.states import UNDER_WAY
from commerce.checkout.placement import Placement, look
from commerce.messaging import SagaInstance
from commerce.order.models import Order


def shown_of(order: Order) -> QuerySet[Addition]:
    """Those that `is_shown` is true of."""
    shown: QuerySet[Addition] = order.additions.filter(Q(sent_at__isnull=False) | Q(state__in=(*UNDER_WAY, "done")))
    return shown


def standing(addition: Addition) -> Placement | None:
    """None before anybody has tried. An attempt that retention has swept away is known by what came of it."""
    if addition.saga is None:
        return None
    try:
        return look(addition.saga)
    except SagaInstance.DoesNotExist:
        has_it = addition.state in ("added", "done")
        return Placement(
            saga=addition.saga,
            outcome="added" if has_it else "failed",
            order=str(addition.order_id),
            number=None,
            action_url=None,
            reason=None,
            finished=True,
        )
