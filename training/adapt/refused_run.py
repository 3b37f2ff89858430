"""A run that went to its end and was refused. Its folder is kept for --keep-anyway, and must not stand in the way of the next try."""

import json
import shutil
from argparse import Namespace
from pathlib import Path

from training.faults import Fault
from training.learning.run_folder import run_place

MARK = "refused.json"

NO_OTHER_RUN = ("resume", "keep_anyway", "licence", "threads", "device")
"""Options that change neither what is learned nor how it is exported."""


def mark_of(chosen: Namespace, data: str) -> dict[str, str]:
    """What makes the run another one: its options, and its data by `data_mark`, since a file may have changed under its name."""
    return {**{name: str(value) for name, value in vars(chosen).items() if name not in NO_OTHER_RUN}, "data": data}


def note_refused(room: Path, mark: dict[str, str]) -> None:
    """Say in the run's folder that it ended, and what it was."""
    (room / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")


def make_way(chosen: Namespace, mark: dict[str, str]) -> None:
    """Remove a refused run of other settings or data: the command that made it makes it again. @raises Fault for one of these same, which
    would only be refused again, and which --keep-anyway may be wanted for. An unfinished run is left to run_folder."""
    room = run_place(chosen.out)
    if chosen.resume or not (room / MARK).is_file():
        return
    kept = f"{room} holds a finished run that was refused; kept for --keep-anyway"
    if (room / MARK).read_text(encoding="utf-8") == json.dumps(mark, indent=1) + "\n":
        raise Fault(f"{kept}. These settings and data are its own: add --resume --keep-anyway to have the model, or change them, or remove that folder to run anew")
    print(f"{kept}. This run has other settings or data and replaces it")
    shutil.rmtree(room)
