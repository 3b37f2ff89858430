"""Whether a run that is taken up reads what it read before. Another corpus or split would be measured on questions it has learned."""

import hashlib
import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from training.faults import Fault
from training.texts.held_out import HeldOut
from training.texts.rows import Row


def data_mark(chosen: Namespace, held_out: HeldOut, passages: list[Row]) -> str:
    """sha256 hex over the corpus, its split, the feedback log's bytes, the passages, and whether labels are learned from."""
    feedback = hashlib.sha256(chosen.feedback.read_bytes()).hexdigest() if chosen.feedback else ""
    parts = [asdict(held_out), feedback, [row.a for row in passages], chosen.no_labels]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def require_same_data(room: Path, resume: bool, mark: str) -> None:
    """Keep the mark of a new run; a Fault where that of the run taken up is another."""
    kept = room / "data.sha256"
    if not resume:
        kept.write_text(mark, encoding="utf-8")
    elif not kept.is_file() or kept.read_text(encoding="utf-8") != mark:
        raise Fault(
            f"--resume: the run in {room} read another --corpus, --feedback or --text, or kept other questions aside (--held-out, --seed, --no-labels); "
            "repeat that command, or remove the folder to start anew"
        )
