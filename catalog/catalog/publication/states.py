"""The states of a product in a channel, as data."""

import enum

from catalog.catalog.errors import IllegalPublication


class State(enum.StrEnum):
    """Where a product stands in a channel."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    ARCHIVED = "archived"


TRANSITIONS: dict[State, dict[str, State]] = {
    State.DRAFT: {"schedule": State.SCHEDULED, "publish": State.PUBLISHED, "archive": State.ARCHIVED},
    State.SCHEDULED: {
        "schedule": State.SCHEDULED,
        "publish": State.PUBLISHED,
        "withdraw": State.DRAFT,
        "archive": State.ARCHIVED,
    },
    State.PUBLISHED: {"schedule_end": State.PUBLISHED, "withdraw": State.DRAFT, "archive": State.ARCHIVED},
    State.ARCHIVED: {"restore": State.DRAFT},
}


def moved(state: State, name: str) -> State:
    """The state after a move. Raises IllegalPublication."""
    try:
        return TRANSITIONS[state][name]
    except KeyError:
        raise IllegalPublication(f"What is {state} cannot {name.replace('_', ' ')}.", state=state) from None
