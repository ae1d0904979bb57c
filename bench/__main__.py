"""python -m bench: all cases on all sizes, a table at the end, and `bench/results.json`.

make bench                                  all cases, 1,000 and 100,000 products
make bench CASES=search,events SIZES=1000   some of them
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from bench import report
from bench.bench import Effort
from bench.report import Figure
from config.local.state import REPOSITORY

CASES = (
    "start",
    "product",
    "listing",
    "search",
    "quote",
    "variants",
    "cart",
    "place",
    "checkout",
    "events",
    "import",
    "visible",
)
RESULTS = Path(__file__).with_name("results.json")


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 if a size did not come to its end."""
    options = _options(arguments)
    effort = Effort(**json.loads(options.effort))
    begun = time.monotonic()
    figures: list[Figure] = []
    failed = False
    for size in options.sizes:
        print(f"\n{size:,} products (after {time.monotonic() - begun:,.0f} s)", flush=True)
        found, status = _one_size(size, options, effort)
        figures += found
        failed = failed or status != 0
    print(f"\n{report.table(figures)}\n\n{time.monotonic() - begun:,.0f} s; written to {options.results}")
    report.write(options.results, figures, seconds=time.monotonic() - begun)
    return int(failed)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks of the whole shop.")
    parser.add_argument("--cases", default=os.environ.get("CASES") or ",".join(CASES), help=", ".join(CASES))
    parser.add_argument("--sizes", default=os.environ.get("SIZES") or "1000,100000", help="products, comma-separated")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--state", type=Path, default=REPOSITORY / ".state" / "bench", help="where the shops live")
    parser.add_argument("--effort", default="{}", help='less or more of it, as JSON: {"seconds": 2, "rounds": 3}')
    options = parser.parse_args(arguments)
    options.cases = options.cases.split(",")
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    try:
        options.sizes = [int(size) for size in options.sizes.replace("_", "").split(",")]
    except ValueError:
        parser.error("sizes are numbers of products, such as 1000,100000")
    if min(options.sizes) < 60:
        parser.error("a size has at least 60 products: a cart of 50 lines needs as many")
    return options


def _one_size(size: int, options: argparse.Namespace, effort: Effort) -> tuple[list[Figure], int]:
    """The figures of one size, as far as it came, and its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        order = {
            "size": size,
            "cases": options.cases,
            "effort": asdict(effort),
            "state": str(options.state.absolute() / str(size)),
            "figures": str(figures),
        }
        child = subprocess.Popen([sys.executable, "-m", "bench.one_size"], cwd=REPOSITORY, stdin=subprocess.PIPE)
        assert child.stdin is not None
        child.stdin.write(json.dumps(order).encode())
        child.stdin.close()
        # A terminal's Ctrl-C reaches the child by itself; a SIGTERM reaches us alone.
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        try:
            status = child.wait()
        except KeyboardInterrupt:  # the child has it too, and removes its shop
            child.wait()
            raise
        found = json.loads(figures.read_text()) if figures.exists() else []
        return [Figure(**figure) for figure in found], status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
