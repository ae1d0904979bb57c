"""``python -m config.local VERB``: see ``config.local.up``."""

import argparse
import sys
from pathlib import Path

from config.local import up as verbs
from config.local.state import REPOSITORY, LocalError, state_folder


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status (1 with one sentence if this machine keeps it from working)."""
    parser = argparse.ArgumentParser(prog="python -m config.local", description="The local stack.")
    choices = parser.add_subparsers(dest="verb", required=True)
    up = choices.add_parser("up", help="start everything and keep it running")
    up.add_argument("--procfile", type=Path, default=REPOSITORY / "Procfile")
    for verb, text in {
        "down": "stop everything",
        "reset": "stop everything and delete the state folder",
        "status": "a line per server and process",
        "env": "start the servers and print the environment",
        "logs": "follow the logs",
    }.items():
        choices.add_parser(verb, help=text)
    run = choices.add_parser("run", help="run a command in the environment, servers up meanwhile")
    run.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    state = state_folder()
    try:
        if options.verb == "up":
            return verbs.up(state, lines=options.procfile)
        if options.verb == "run":
            command = options.command[1:] if options.command[:1] == ["--"] else options.command
            if not command:
                parser.error("run needs a command: run -- COMMAND …")
            return verbs.run(state, command)
        return int(getattr(verbs, options.verb)(state))
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
