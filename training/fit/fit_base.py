"""The steps of training.fit in order."""

import json
import math
from argparse import Namespace
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import torch

from training.base.base_mark import files_mark, weights_mark
from training.base.open_base import base_folder, open_model, pick_device
from training.export.base_folder import find_base
from training.export.whole_folder import require_not_base, whole_folder
from training.faults import Fault
from training.learning.learnt_texts import learnt_digests, read_learnt, write_learnt
from training.learning.loss_picture import loss_picture
from training.learning.run_folder import run_folder
from training.learning.run_settings import RunSettings
from training.learning.train import Lesson, no_teacher, train
from training.losses.table import LOSSES, Teacher
from training.saving import saving
from training.texts.plain_text import read_passages
from training.texts.rows import Row, read_rows

MARK = "training.json"
"""What only fit writes, and what --out may be replaced by: modules.json lies in other people's models too, and in finished ones."""

RATES = {"rows": 5e-5, "text": 2e-5}
"""Default learning rates, by what a loss takes."""


def read_lesson_rows(chosen: Namespace) -> list[Row]:
    """Rows fit for the loss."""
    kind = LOSSES[chosen.loss]
    given = "text" if chosen.text else "rows"
    if given != kind.takes:
        raise Fault(f"--loss {chosen.loss} learns from {kind.takes}; give {'--text' if kind.takes == 'text' else '--data'}")
    if kind.takes == "text":
        return kind.rows([Row(passage, passage) for passage in read_passages(chosen.text)])
    rows, repeats = read_rows(chosen.data)
    if repeats:
        print(f"{repeats} repeated rows left out")
    return kind.rows(rows)


def teacher_of(name: str, device: str) -> tuple[Teacher, str]:
    """(the teacher's vectors, each text encoded once; its mark)."""
    with base_folder(name) as folder:
        model = open_model(folder, device).eval()
        mark = f"{files_mark(folder)} {weights_mark(model.state_dict())}"

    @lru_cache(maxsize=200_000)
    def one(text: str) -> torch.Tensor:
        return model.encode([text], normalize_embeddings=True, convert_to_tensor=True, show_progress_bar=False)[0].cpu()

    return lambda texts: torch.stack([one(text) for text in texts]), mark


def sources_of(chosen: Namespace) -> dict[str, object]:
    """What training.json says of where the run came from: names by their last part, since paths are nobody else's."""
    data = [path.name for path in chosen.text] if chosen.text else chosen.data.name
    return {"base": Path(chosen.base).name, "teacher": Path(chosen.teacher).name if chosen.teacher else None, "data": data}


def settings_of(chosen: Namespace, rows: list[Row]) -> RunSettings:
    """The run's settings, its length counted out."""
    rate = chosen.rate or RATES[LOSSES[chosen.loss].takes]
    steps = chosen.steps or max(1, math.ceil(len(rows) * chosen.epochs / chosen.batch))
    return RunSettings(chosen.loss, steps, chosen.batch, rate, chosen.tokens, chosen.seed, chosen.matryoshka)


def fit_base(chosen: Namespace) -> Path:
    """Train and write the folder; returns it."""
    if LOSSES[chosen.loss].teacher != bool(chosen.teacher):
        raise Fault(f"--loss {chosen.loss} {'needs a' if LOSSES[chosen.loss].teacher else 'takes no'} --teacher")
    require_not_base(chosen.out, base := find_base(chosen.base))
    rows, known = read_lesson_rows(chosen), read_learnt(base)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    device = pick_device(chosen.device)
    teacher, taught_by = teacher_of(chosen.teacher, device) if chosen.teacher else (no_teacher, "")
    settings = settings_of(chosen, rows)
    with run_folder(chosen.out, chosen.resume, MARK) as room, base_folder(chosen.base) as folder:
        model = open_model(folder, device)
        if chosen.loss == "embedding-mse" and len(teacher([rows[0].a])[0]) != model.get_sentence_embedding_dimension():
            raise Fault("embedding-mse needs a teacher whose vectors are as long as the base's; use margin-mse with this one")
        lesson = Lesson(rows, settings, room / "fit.pt", teacher, origin=f"{files_mark(folder)} {taught_by}")
        losses = train(model, lesson, chosen.resume)
        with whole_folder(chosen.out, MARK) as fresh:
            with saving(chosen.out, "add --resume: what was learnt is kept"):
                model.save(str(fresh), create_model_card=False)
            (fresh / MARK).write_text(json.dumps({**sources_of(chosen), "rows": len(rows), **asdict(settings), "losses": losses}, indent=1) + "\n")
            write_learnt(fresh, learnt_digests((), (text for row in rows for text in row.texts), known))
            (fresh / "loss.svg").write_text(loss_picture(losses, f"{chosen.loss}, {settings.steps} steps of {settings.batch}"))
    return chosen.out
