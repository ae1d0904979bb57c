"""Rows of another system, kept as they are there, and the things of ours that must be looked at again because of them.

A domain that takes over from an older system keeps copies of the rows it needs: one table of rows and one of touched
things, both subclasses of the abstract models here. `keep` applies row changes: a change that is older than what is
kept is left out, so that they may come late, twice and in any order. Each row belongs to one thing (a product, a
customer) and may touch others; touched things wait for a job of the domain (`make_due`), which takes many at once and
makes them anew from all of their rows (`rows_of`). So a thing with forty rows is made once, not forty times.

What could not be carried is a finding, written by whoever makes the thing and replaced whenever that is made anew:
nothing is left out in silence. What a row means is not known here.
"""

from chassis.mirrors.making import PATIENCE, Busy
from chassis.mirrors.mirror import Mirror
from chassis.mirrors.models import MirroredRow, MirrorFinding, TouchedThing
from chassis.mirrors.shapes import Found, Maker, Mirrored, Row, RowChange, Rows
from chassis.mirrors.summary import KindSummary, Summary
from chassis.mirrors.touching import SETTLE

__all__ = [
    "PATIENCE",
    "SETTLE",
    "Busy",
    "Found",
    "KindSummary",
    "Maker",
    "Mirror",
    "MirrorFinding",
    "Mirrored",
    "MirroredRow",
    "Row",
    "RowChange",
    "Rows",
    "Summary",
    "TouchedThing",
]
