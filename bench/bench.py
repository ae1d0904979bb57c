"""What a case works with: the running shop, the world's size, how long to measure, and where figures go."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import load, replay
from bench.load import MakeShopper, Samples
from bench.report import Figure, Reach
from bench.stack import Say, Stack


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long and how often is measured: short for a smoke test, as documented otherwise."""

    seconds: float = 2.0
    rounds: int = 3
    orders: int = 240
    events: int = 100_000
    products: int = 2000
    scripts: int = 16


@dataclass(kw_only=True)
class Bench:
    """One size's run."""

    stack: Stack
    size: int
    effort: Effort
    say: Say
    import_rate: float = 0.0
    prepared: dict[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        case: str,
        name: str,
        value: float,
        unit: str,
        *,
        against: tuple[str, float] | None = None,
        reach: Reach | None = None,
    ) -> None:
        """Note a figure, against what it was compared with in this run, and whether it reaches its aim."""
        compared_with, compared = against or ("", None)
        ratio = value / compared if compared else None
        figure = Figure(
            case=case,
            size=self.size,
            name=name,
            value=value,
            unit=unit,
            compared_with=compared_with,
            compared=compared,
            reach=reach.words if reach else "",
            reached=reach.met(value, ratio) if reach else None,
        )
        self.figures.append(figure)
        beside = f"   ({compared_with}: {compared:,.4g}, ratio {ratio:.2f})" if ratio is not None else ""
        self.say(f"    {name:44} {value:12,.4g} {unit}{beside}")

    def drive(self, make: MakeShopper, *, shoppers: int, seconds: float | None = -1.0) -> Samples:
        """One round of load; `seconds` None until the shoppers end by themselves."""
        length = self.effort.seconds if seconds == -1.0 else seconds
        warm_up = 0.0 if length is None else length / 4
        return load.run(
            load.Plan(port=self.stack.web_port, make=make, shoppers=shoppers, seconds=length, warm_up=warm_up)
        )

    def alternate(self, *makes: MakeShopper, shoppers: int) -> list[list[Samples]]:
        """Rounds of each in turn, so that what else the machine does falls on all of them alike."""
        rounds = [[self.drive(make, shoppers=shoppers) for make in makes] for _ in range(self.effort.rounds)]
        return [list(of_one) for of_one in zip(*rounds, strict=True)]

    def replayed(self, scripts: list[replay.Script], *, clients: int) -> float:
        """How many of a recorded action PostgreSQL does in a second, while no process of the shop runs."""
        seconds = self.effort.seconds * self.effort.rounds
        return replay.run(replay.Plan(self.stack.urls(), scripts, clients=clients, seconds=seconds)).rate


def median(rounds: Sequence[Samples], figure: Callable[[Samples], float]) -> float:
    """The middle of the rounds' figures."""
    return statistics.median(figure(samples) for samples in rounds)
