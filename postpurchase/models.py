"""Index of this domain's models."""

from postpurchase.credit.models import *  # noqa: F403
from postpurchase.loyalty.models import *  # noqa: F403
from postpurchase.messaging import *  # noqa: F403
from postpurchase.returns.models import *  # noqa: F403
from postpurchase.selling.models import *  # noqa: F403
from postpurchase.tenders.models import *  # noqa: F403
