"""The errors of the training commands, and how a command ends when it meets one."""

import errno
import signal
import sys
from collections.abc import Callable
from types import FrameType


class Fault(Exception):
    """Bad input: the message says what was expected, what came and what to do."""


class Refused(Exception):
    """Done as asked, but the outcome is not good enough to be kept."""


class Interrupted(Exception):
    """Stopped by Ctrl-C or SIGTERM at a point from which the run can go on."""


ENDINGS: dict[type[Exception], int] = {Fault: 3, Refused: 6, Interrupted: 130}
"""Exit codes: bad input, refused, interrupted (128 + SIGINT, as shells count it)."""


OUT_OF_REACH = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS,
    errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG,
}
"""What the file system says of places that the user chose; a changed place or a freed disk mends it."""

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
"""What it says of a place that is written to, and never of one that is read."""


def place_of(cause: OSError) -> str:
    """The file that an error is about. A copy that finds no room names its source first and its target second."""
    return (cause.errno in UNWRITABLE and cause.filename2) or cause.filename or "the output"


def run_command(command: Callable[[], None]) -> None:
    """Run `command`; what it raises becomes one line on standard error and an exit code. Anything unforeseen keeps its traceback.

    SIGTERM ends it as Ctrl-C does, so that temporary folders are removed on the way out. A library that is being imported may turn the
    interruption into an error of its own, which is then told as what came of it.
    """
    pressed: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        signal.default_int_handler(number, frame)

    heard = [signal.SIGTERM] if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else [signal.SIGTERM, signal.SIGINT]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        command()
    except tuple(ENDINGS) as thrown:
        print(f"{'error' if isinstance(thrown, Fault) else 'stopped'}: {thrown}", file=sys.stderr)
        raise SystemExit(ENDINGS[type(thrown)]) from None
    except KeyboardInterrupt:
        print("stopped: interrupted before there was anything to keep", file=sys.stderr)
        raise SystemExit(130) from None
    except OSError as cause:
        if cause.errno not in OUT_OF_REACH:
            raise
        print(f"error: {place_of(cause)} cannot be read or written: {cause.strerror}; make room or give another path", file=sys.stderr)
        raise SystemExit(3) from None
    except Exception as cause:
        if not pressed:
            raise
        print(f"stopped: interrupted ({type(cause).__name__}: {' '.join(str(cause).split())})", file=sys.stderr)
        raise SystemExit(130) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
