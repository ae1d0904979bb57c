"""Where this process is left: whoever calls another domain, a provider, a mail server or a storage says so here first.

It is refused while an event is handled (a handler gets what it needs from the event or its own copy, and writes a job
for the rest) and inside an open unit of work (nobody waits for others while holding locks). What it cannot see is a
caller that does not ask: `importlinter.ini` keeps HTTP and mail clients out of the handlers' own modules.
"""

from chassis.context import in_handler
from chassis.unit_of_work import open_domain


class CallInHandler(RuntimeError):
    """Somebody outside was called while an event is handled."""


class CallInsideTransaction(RuntimeError):
    """Somebody outside was called inside a unit of work."""


def calling_out(whom: str) -> None:
    """Call it right before calling `whom`. Raises CallInHandler or CallInsideTransaction."""
    if in_handler():
        raise CallInHandler(f"{whom} asked while an event is handled")
    if open_domain():
        raise CallInsideTransaction(f"{whom} asked inside a unit of work of {open_domain()}")
