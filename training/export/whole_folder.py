"""A folder that appears whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.faults import Fault


def require_place(target: Path) -> None:
    """A Fault where `target` has no name of its own, or its folder is none: known before a run and not after it."""
    if target.name in ("", ".."):
        raise Fault(f"--out {target} is no name; give the name of what is to be written")
    above = next(parent for parent in target.absolute().parents if parent.exists())
    if not above.is_dir():
        raise Fault(f"--out {target}: {above} is a file; give a place in a folder")


def require_file_place(target: Path) -> None:
    """A Fault where no file can be written to `target`."""
    require_place(target)
    if target.is_dir():
        raise Fault(f"--out {target} is a folder; give the file to write")


def require_replaceable(target: Path, mark: str = "faqmatch.json") -> None:
    """A Fault unless `target` can be made, is an empty folder, or holds the file `mark`: a wrong --out cannot delete other work."""
    require_place(target)
    if target.exists() and not target.is_dir():
        raise Fault(f"--out {target} is a file; give a folder")
    if target.is_dir() and any(target.iterdir()) and not (target / mark).is_file():
        raise Fault(f"--out {target} holds something that this command did not write (it has no {mark}); give another folder or empty it")


def require_not_base(target: Path, base: Path) -> None:
    """A Fault where `target` is the folder that is read: what is written in its place would be all that is left of it."""
    if target.exists() and target.resolve() == base.resolve():
        raise Fault(f"--out {target} is the base itself; give another path, since the base stays as it is")


@contextmanager
def whole_folder(target: Path, mark: str = "faqmatch.json") -> Iterator[Path]:
    """Give a temporary folder beside `target` and rename it there on success; on any error it is removed.

    An existing `target` is replaced only where require_replaceable lets it be.
    """
    require_replaceable(target, mark)
    target.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fresh = room / "new"
        fresh.mkdir()
        yield fresh
        if target.exists():
            target.rename(room / "old")
        fresh.rename(target)
    finally:
        shutil.rmtree(room, ignore_errors=True)
