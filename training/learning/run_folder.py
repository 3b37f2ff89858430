"""Where a run keeps its state while it lasts: `<out>.run` beside `<out>`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.export.whole_folder import require_replaceable
from training.faults import Fault, Interrupted


def run_place(out: Path) -> Path:
    """The run's folder for a result at `out`."""
    return out.with_name(f"{out.name}.run")


@contextmanager
def run_folder(out: Path, resume: bool, mark: str = "faqmatch.json") -> Iterator[Path]:
    """The folder for the time of the block; removed at its end. A block that raises leaves it, if it holds a checkpoint,
    and one that Ctrl-C ended then says how to go on.

    An unfinished run is neither overwritten nor taken up unasked. An `out` that the result could not replace (`mark`, see
    require_replaceable) is refused before the run, not after it. @raises Fault, Interrupted.
    """
    require_replaceable(out, mark)
    room = run_place(out)
    if room.exists() and not room.is_dir():
        raise Fault(f"{room} is a file, and the run keeps its state in a folder of that name; move it or give another --out")
    unfinished = room.is_dir() and any(room.glob("*.pt"))
    if unfinished and not resume:
        raise Fault(f"{room} holds an unfinished run; add --resume to go on with it, or remove that folder to start anew")
    if resume and not unfinished:
        raise Fault(f"--resume: there is no unfinished run in {room}; leave --resume out")
    room.mkdir(parents=True, exist_ok=True)
    try:
        yield room
    except BaseException as cause:
        if not any(room.glob("*.pt")):
            shutil.rmtree(room, ignore_errors=True)
        elif isinstance(cause, KeyboardInterrupt):
            raise Interrupted("between two steps of the work; the same command with --resume goes on from the last checkpoint") from None
        raise
    shutil.rmtree(room, ignore_errors=True)
