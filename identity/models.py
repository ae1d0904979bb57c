"""Index of this domain's models."""

from identity.auth.models import *  # noqa: F403
from identity.customer.models import *  # noqa: F403
from identity.legacy.models import *  # noqa: F403
from identity.messaging import *  # noqa: F403
from identity.user.models import *  # noqa: F403
