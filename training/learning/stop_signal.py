"""Ctrl-C and SIGTERM, noticed between two steps."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """`made` turns true at the first signal; a second Ctrl-C ends the program as usual."""

    made = False


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Collects signals while the block runs, then puts the handlers back. Only the main thread may do that."""
    request = StopRequest()

    def note(_number: int, _frame: FrameType | None) -> None:
        request.made = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
