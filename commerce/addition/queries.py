"""How the latest attempt to have an addition stands."""

from commerce.addition.models import Addition
from commerce.checkout.placement import Placement, look
from commerce.messaging import SagaInstance


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
