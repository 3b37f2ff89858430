"""The loop. Losses are sentence-transformers' and ours; the loop is ours so that a resumed run equals an unbroken one bit for bit."""

import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from tqdm import tqdm

from training.faults import Fault, Interrupted
from training.learning.batches import batch_of
from training.learning.checkpoint import Checkpoint, load_checkpoint, run_mark, save_checkpoint
from training.learning.run_settings import RunSettings, rate_at
from training.learning.stop_signal import stop_request
from training.losses.table import LOSSES, LossKind, Teacher, matryoshka
from training.texts.rows import Row

SECONDS_BETWEEN_SAVES = 120.0
CLIP = 1.0
"""Greatest length of a step's gradient."""
WEIGHT_DECAY = 0.01


def no_teacher(texts: list[str]) -> torch.Tensor:
    """Stands where a loss asks none."""
    raise Fault("this loss learns from a teacher; give --teacher")


@dataclass(frozen=True)
class Lesson:
    """What a run learns from. `checkpoint` is the file its state is kept in."""

    rows: list[Row]
    settings: RunSettings
    checkpoint: Path
    teacher: Teacher = no_teacher


def seeded_step(seed: int, step: int) -> random.Random:
    """Seeds torch (dropout) and gives a generator (noise), both for this step alone."""
    torch.manual_seed(seed * 1_000_003 + step)
    return random.Random(f"{seed}:{step}")


def one_loss(model: SentenceTransformer, loss: torch.nn.Module, kind: LossKind, lesson: Lesson, step: int) -> torch.Tensor:
    """Forward pass of a step."""
    settings = lesson.settings
    chance = seeded_step(settings.seed, step)
    rows = batch_of(lesson.rows, settings.batch, settings.seed, step)
    columns = kind.columns(rows, chance)
    features = [{name: value.to(model.device) for name, value in model.tokenize(column).items()} for column in columns]
    labels = kind.labels(rows, lesson.teacher)
    return loss(features, None if labels is None else labels.to(model.device))


def optimizer_step(loss: torch.nn.Module, optimizer: torch.optim.Optimizer, rate: float) -> float:
    """Clip and apply the gradients; returns their length before."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    length = float(torch.nn.utils.clip_grad_norm_(loss.parameters(), CLIP))
    if math.isfinite(length):
        optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return length


def start_or_resume(loss: torch.nn.Module, optimizer: torch.optim.Optimizer, found: Checkpoint | None) -> list[float]:
    """Puts a checkpoint's state in place; returns the losses so far."""
    if found is None:
        return []
    loss.load_state_dict(found.weights)
    if found.optimizer:
        optimizer.load_state_dict(found.optimizer)
    return list(found.losses)


def train(model: SentenceTransformer, lesson: Lesson, resume: bool) -> list[float]:
    """Trains the model in place; returns the loss of each step. The same lesson gives the same weights on one machine, stopped
    and resumed or not. @raises Fault for a loss that is no number, Interrupted after Ctrl-C with the state saved."""
    settings = lesson.settings
    kind = LOSSES[settings.loss]
    torch.manual_seed(settings.seed)  # TSDAE's decoder starts with random parts.
    loss = kind.build(model, settings.batch).to(model.device)
    if settings.matryoshka:
        loss = matryoshka(model, loss, list(settings.matryoshka))
    mark = run_mark(settings, lesson.rows, model.state_dict())
    optimizer = torch.optim.AdamW(loss.parameters(), lr=settings.rate, weight_decay=WEIGHT_DECAY)
    losses = start_or_resume(loss, optimizer, load_checkpoint(lesson.checkpoint, mark) if resume else None)
    limit, model.max_seq_length = model.max_seq_length, min(settings.tokens, model.max_seq_length or settings.tokens)
    loss.train()
    saved = time.monotonic()

    def save(finished: bool) -> None:
        state = {} if finished else optimizer.state_dict()
        save_checkpoint(lesson.checkpoint, mark, Checkpoint(len(losses), losses, loss.state_dict(), state))

    try:
        with stop_request() as stop, tqdm(total=settings.steps, initial=len(losses), desc=settings.loss, unit="step") as bar:
            while len(losses) < settings.steps:
                step = len(losses)
                value = one_loss(model, loss, kind, lesson, step)
                if math.isfinite(value.item()):
                    value.backward()
                if not math.isfinite(value.item()) or not math.isfinite(optimizer_step(loss, optimizer, rate_at(settings, step))):
                    raise Fault(f"the loss or its gradient is not a number at step {step + 1}; give a lower --rate (it is {settings.rate:g}), or look for odd rows")
                losses.append(value.item())
                bar.set_postfix(loss=f"{losses[-1]:.3f}", refresh=False)
                bar.update(1)
                if stop.made:
                    save(False)
                    raise Interrupted(f"after step {len(losses)} of {settings.steps}; the same command with --resume goes on from there")
                if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                    save(False)
                    saved = time.monotonic()
        save(True)
    finally:
        model.max_seq_length = limit
    model.eval()
    return losses
