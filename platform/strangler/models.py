"""Index of this domain's models."""

from strangler.messaging import *  # noqa: F403
from strangler.runs import RowSent, Run, TableCursor  # noqa: F401
