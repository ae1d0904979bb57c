"""Row changes of a Magento database, from snapshot and change capture alike; published by the strangler."""

from dataclasses import dataclass

from chassis.messages import event


@event("magento.row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class RowChanged:
    """One row of a source table as it is at `position`.

    `key` are the primary key's values as text, `after` all columns as text (None for NULL; absent for a
    deleted row). `position` grows with the source's history; 0 is the snapshot.
    """

    source: str
    table: str
    key: tuple[str, ...]
    after: dict[str, str | None] | None
    position: int
