"""What follows when a catalog rule begins to run or ends: prices are made anew in the background (pricing.promoted)."""

from chassis.ids import new_id
from chassis.unit_of_work import enqueue

APPLY = "catalog.apply_rules"


def catalog_rules_changed() -> None:
    """Let a job make prices anew; inside the caller's unit of work."""
    enqueue(APPLY, key=str(new_id()), payload={})
