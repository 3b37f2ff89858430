"""The one error of the training commands, and how a command ends when it meets it."""

import sys
from collections.abc import Callable


class ExportFault(Exception):
    """Bad input: the message says what was expected, what came and what to do."""


def run_command(command: Callable[[], None]) -> None:
    """Run `command`; an ExportFault becomes one line on standard error and exit code 3 (bad input)."""
    try:
        command()
    except ExportFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        raise SystemExit(3) from None
