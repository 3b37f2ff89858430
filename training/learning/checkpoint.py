"""A run's state on disk: there whole or not at all, and of no use to any other run."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from training.base.base_mark import weights_mark
from training.faults import Fault
from training.learning.run_settings import RunSettings
from training.texts.rows import Row


@dataclass(frozen=True)
class Checkpoint:
    """State after `step` steps; `losses` holds one number a step."""

    step: int
    losses: list[float]
    weights: dict[str, torch.Tensor]
    optimizer: dict[str, Any]


def run_mark(settings: RunSettings, rows: list[Row], start: dict[str, torch.Tensor], origin: str = "") -> str:
    """sha256 hex over all that decides the outcome: settings, rows in order, weights at the start, and `origin` (see Lesson)."""
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for row in rows:
        digest.update(json.dumps(asdict(row), ensure_ascii=False).encode())
    digest.update(f"{weights_mark(start)} {origin}".encode())
    return digest.hexdigest()


def save_checkpoint(path: Path, mark: str, state: Checkpoint) -> None:
    """Write beside, flush, rename: a kill at any moment leaves the checkpoint before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    try:
        with beside.open("wb") as file:
            torch.save({"mark": mark, **vars(state)}, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except (OSError, RuntimeError) as cause:  # torch's own writer turns a full disk into a RuntimeError.
        beside.unlink(missing_ok=True)
        raise Fault(f"the checkpoint {path} cannot be written: {cause}; make room (a few hundred MB), then add --resume") from cause


def load_checkpoint(path: Path, mark: str) -> Checkpoint | None:
    """The state, or None where there is none; a Fault where it belongs to another run or is damaged."""
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as cause:  # Whatever a damaged pickle or zip raises.
        raise Fault(f"the checkpoint {path} cannot be read: {cause}; remove the folder {path.parent} and start without --resume") from cause
    if state.pop("mark") != mark:
        raise Fault(f"the checkpoint {path} is of a run with other data, settings, base or teacher; repeat that command, or remove the folder {path.parent} to start anew without --resume")
    return Checkpoint(**state)
