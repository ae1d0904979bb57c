"""Index of this domain's models."""

from strangler.capture.models import Doubt, Stream  # noqa: F401
from strangler.messaging import *  # noqa: F403
from strangler.runs import RowSent, Run, TableCursor  # noqa: F401
