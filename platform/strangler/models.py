"""Index of this domain's models."""

from strangler.capture.models import Doubt, Stream  # noqa: F401
from strangler.messaging import *  # noqa: F403
from strangler.parity import Comparison, EntityCompared, FieldDifference  # noqa: F401
from strangler.routing.models import Difference, Flag, History  # noqa: F401
from strangler.runs import RowSent, Run, TableCursor  # noqa: F401
