"""The errors of the training commands, and how a command ends when it meets one."""

import errno
import signal
import sys
from collections.abc import Callable


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


def run_command(command: Callable[[], None]) -> None:
    """Run `command`; what it raises becomes one line on standard error and an exit code. Anything unforeseen keeps its traceback.

    SIGTERM ends it as Ctrl-C does, so that temporary folders are removed on the way out.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
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
        print(f"error: {cause.filename or 'the output'} cannot be read or written: {cause.strerror}; make room or give another path", file=sys.stderr)
        raise SystemExit(3) from None
    finally:
        signal.signal(signal.SIGTERM, before)
