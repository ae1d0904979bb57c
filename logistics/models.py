"""Index of this domain's models."""

from logistics.counting.models import *  # noqa: F403
from logistics.fulfillment.models import *  # noqa: F403
from logistics.fulfillment.parcels.models import *  # noqa: F403
from logistics.legacy.models import *  # noqa: F403
from logistics.messaging import *  # noqa: F403
from logistics.reservation.models import *  # noqa: F403
from logistics.shipping.models import *  # noqa: F403
from logistics.sourcing.models import *  # noqa: F403
from logistics.transfers.models import *  # noqa: F403
from logistics.warehouse.models import *  # noqa: F403
