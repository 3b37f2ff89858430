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
from training.learning.token_limit import token_limit
from training.losses.false_negatives import Groups, text_groups
from training.losses.table import LOSSES, Teacher, matryoshka
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
    """What a run learns from. `checkpoint` is the file its state is kept in; `known` are rows that are not learned from and say of more
    texts which groups they stand under. `origin` marks what else decides the outcome: the base's files, and a teacher."""

    rows: list[Row]
    settings: RunSettings
    checkpoint: Path
    teacher: Teacher = no_teacher
    known: tuple[Row, ...] = ()
    origin: str = ""


def seeded_step(seed: int, step: int) -> random.Random:
    """Seeds torch (dropout) and gives a generator (noise), both for this step alone."""
    torch.manual_seed(seed * 1_000_003 + step)
    return random.Random(f"{seed}:{step}")


@dataclass(frozen=True)
class Trainee:
    """What changes during a run, and the lesson it changes by. `loss` holds the model; `groups` are those of all the lesson's texts."""

    model: SentenceTransformer
    loss: torch.nn.Module
    optimizer: torch.optim.Optimizer
    lesson: Lesson
    groups: Groups


def one_loss(trainee: Trainee, step: int) -> torch.Tensor:
    """Forward pass of a step."""
    lesson, device = trainee.lesson, trainee.model.device
    settings, kind = lesson.settings, LOSSES[lesson.settings.loss]
    chance = seeded_step(settings.seed, step)
    rows = batch_of(lesson.rows, settings.batch, settings.seed, step)
    columns = kind.columns(rows, chance)
    features = [{name: value.to(device) for name, value in trainee.model.tokenize(column).items()} for column in columns]
    labels = kind.labels(rows, lesson.teacher, trainee.groups)
    return trainee.loss(features, None if labels is None else labels.to(device))


def apply_gradient(trainee: Trainee, step: int) -> float:
    """Clip the gradients and, if they are numbers, take the optimizer's step; returns their length before."""
    for group in trainee.optimizer.param_groups:
        group["lr"] = rate_at(trainee.lesson.settings, step)
    length = float(torch.nn.utils.clip_grad_norm_(trainee.loss.parameters(), CLIP))
    if math.isfinite(length):
        trainee.optimizer.step()
    trainee.optimizer.zero_grad(set_to_none=True)
    return length


def take_step(trainee: Trainee, step: int) -> float:
    """One step; returns its loss. A Fault where loss or gradient is no number, the weights being left as they were."""
    value = one_loss(trainee, step)
    loss = value.item()
    if math.isfinite(loss):
        value.backward()
        if math.isfinite(apply_gradient(trainee, step)):
            return loss
    rate, room = trainee.lesson.settings.rate, trainee.lesson.checkpoint.parent
    # A checkpoint, perhaps an earlier lesson's, is of this rate: a run with a lower one neither takes it up nor begins beside it.
    first = f"remove the folder {room} first, which holds what was learnt at this rate, then " if any(room.glob("*.pt")) else ""
    raise Fault(f"the loss or its gradient is not a number at step {step + 1}; {first}give a lower --rate (it is {rate:g}), or look for odd rows")


def start_or_resume(trainee: Trainee, found: Checkpoint | None) -> list[float]:
    """Puts a checkpoint's state in place; returns the losses so far."""
    if found is None:
        return []
    trainee.loss.load_state_dict(found.weights)
    if found.optimizer:
        trainee.optimizer.load_state_dict(found.optimizer)
    return list(found.losses)


def prepare(model: SentenceTransformer, lesson: Lesson) -> Trainee:
    """Model, loss and optimizer before the first step."""
    settings = lesson.settings
    torch.manual_seed(settings.seed)  # TSDAE's decoder starts with random parts.
    loss = LOSSES[settings.loss].build(model, settings.batch).to(model.device)
    if settings.matryoshka:
        loss = matryoshka(model, loss, list(settings.matryoshka))
    optimizer = torch.optim.AdamW(loss.parameters(), lr=settings.rate, weight_decay=WEIGHT_DECAY)
    return Trainee(model, loss, optimizer, lesson, text_groups([*lesson.rows, *lesson.known]))


def train(model: SentenceTransformer, lesson: Lesson, resume: bool) -> list[float]:
    """Trains the model in place; returns the loss of each step. The same lesson gives the same weights on one machine, stopped
    and resumed or not. @raises Fault for a loss that is no number, Interrupted after Ctrl-C with the state saved."""
    settings, mark = lesson.settings, run_mark(lesson.settings, lesson.rows, model.state_dict(), lesson.origin)
    trainee = prepare(model, lesson)
    losses = start_or_resume(trainee, load_checkpoint(lesson.checkpoint, mark) if resume else None)
    saved = time.monotonic()

    def save() -> None:
        optimizer = trainee.optimizer.state_dict() if len(losses) < settings.steps else {}
        save_checkpoint(lesson.checkpoint, mark, Checkpoint(len(losses), losses, trainee.loss.state_dict(), optimizer))

    trainee.loss.train()
    bar = tqdm(total=settings.steps, initial=len(losses), desc=settings.loss, unit="step")
    with bar, token_limit(model, settings.tokens), stop_request() as stop:
        while len(losses) < settings.steps:
            losses.append(take_step(trainee, len(losses)))
            bar.set_postfix(loss=f"{losses[-1]:.3f}", refresh=False)
            bar.update(1)
            if stop.made:
                save()
                raise Interrupted(f"after step {len(losses)} of {settings.steps}; the same command with --resume goes on from there")
            if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                save()
                saved = time.monotonic()
        save()
    model.eval()
    return losses
