"""The one event of the tiny domains."""

from dataclasses import dataclass

from chassis.messages import event


@event("ping.struck", aggregate="ball")
@dataclass(frozen=True, kw_only=True)
class Struck:
    """Ball number `ball` was struck; `poison` makes pong's handler fail until allowed, `echo` asks for a job."""

    ball: int
    poison: bool = False
    echo: bool = False
