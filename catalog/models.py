"""Index of this domain's models."""

from catalog.catalog.content.models import *  # noqa: F403
from catalog.catalog.downloads.models import *  # noqa: F403
from catalog.catalog.exchange.models import *  # noqa: F403
from catalog.catalog.forwarding.models import *  # noqa: F403
from catalog.catalog.publication.models import *  # noqa: F403
from catalog.catalog.reviews.models import *  # noqa: F403
from catalog.catalog.wishlists.models import *  # noqa: F403
from catalog.legacy.models import *  # noqa: F403
from catalog.messaging import *  # noqa: F403
from catalog.pricing.models import *  # noqa: F403
from catalog.product.changes import *  # noqa: F403
from catalog.product.composition import *  # noqa: F403
from catalog.product.models import *  # noqa: F403
from catalog.promotion.models import *  # noqa: F403
from catalog.search.steering.models import *  # noqa: F403
