"""The life of a customer account, as data: state -> what may happen -> next state."""

ACTIVE, BLOCKED = "active", "blocked"

TRANSITIONS: dict[str, dict[str, str]] = {
    ACTIVE: {"block": BLOCKED},
    BLOCKED: {"unblock": ACTIVE},
}
