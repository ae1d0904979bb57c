"""python -m bench.one_size: all chosen cases on one size of catalogue, in a shop of its own that is removed at the end.

A process per size: Django reads its settings once. What to do comes as JSON on standard input, figures go to a file.
"""

import json
import logging
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

from bench.stack import Stack


def main(order: dict[str, Any]) -> None:
    """Make the shop, run the cases, write their figures, remove the shop; also when interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stack = Stack(Path(order["state"]), say=_say)
    try:
        stack.open()
        django.setup()
        logging.disable(logging.WARNING)
        _run(order, stack)
    finally:
        stack.close()


def _run(order: dict[str, Any], stack: Stack) -> None:
    from bench import world
    from bench.bench import Bench, Effort
    from bench.cases import ALL

    bench = Bench(stack=stack, size=order["size"], effort=Effort(**order["effort"]), say=_say)
    cases = {name: ALL[name] for name in order["cases"]}
    world.load(bench.size, say=_say)
    for name, case in cases.items():
        if hasattr(case, "prepare"):
            _say(f"  recording what {name} is compared with")
            case.prepare(bench)
    stack.start()
    stack.wait_quiet()
    begun = time.monotonic()
    for name, case in cases.items():
        _say(f"  {name} (after {time.monotonic() - begun:,.0f} s)")
        case.run(bench)
        # After each case: what was measured survives a case that fails.
        Path(order["figures"]).write_text(json.dumps([asdict(figure) for figure in bench.figures]))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main(json.load(sys.stdin))
