"""The loop: batches of pairs, one loss, one optimiser."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from training.faults import Fault
from training.packed.bert import PackedBert
from training.packed.texts import Draw, Pairs, Texts
from training.shipped.objective import false_negatives, ranking_loss, relation_tie, taught_loss, tie
from training.shipped.recipe import STREAM_NAMES, Recipe

REPORT_EVERY = 100

Log = Callable[[dict], None]
State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Material:
    """What every phase draws on: the pairs, the base's vectors of all texts [texts, width] float16, and the neighbourhoods."""

    pairs: Pairs
    guide: torch.Tensor
    near: np.ndarray


@dataclass(frozen=True)
class Phase:
    """One pass of the loop: `teacher`, where given, holds the vectors [texts, width] to be matched and is the whole loss."""

    steps: int
    rate: float
    near: float
    teacher: torch.Tensor | None = None


def encode(bert: PackedBert, texts: Texts, chunk: int, bfloat16: bool = False) -> torch.Tensor:
    """[texts, width] on the texts' device, shortest first so that no chunk pads much."""
    order = np.argsort(texts.lengths, kind="stable")
    out = torch.empty(len(texts), bert.words.weight.shape[1], device=texts.device)
    bert.eval()
    with torch.no_grad(), torch.autocast(texts.device.type, torch.bfloat16, enabled=bfloat16):
        for at in range(0, len(order), chunk):
            some = order[at : at + chunk]
            out[torch.from_numpy(some).to(texts.device)] = bert(texts.batch(some))
    return out


def optimiser(bert: PackedBert, rate: float, freeze_words: bool) -> torch.optim.AdamW:
    """AdamW with decay on matrices only: not on biases, norms, scales and zero points."""
    decayed, plain = [], []
    for name, value in bert.named_parameters():
        value.requires_grad_(not (name == "words.weight" and freeze_words))
        if value.requires_grad:
            (decayed if value.ndim == 2 else plain).append(value)
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


def batch_loss(bert: PackedBert, material: Material, rows: np.ndarray, recipe: Recipe, teacher: torch.Tensor | None) -> torch.Tensor:
    """The loss of one batch of rows; what each part is for stands in objective.py."""
    pairs, n = material.pairs, len(rows)
    device = pairs.texts.device
    numbers = np.concatenate([pairs.rows[rows, 0], pairs.rows[rows, 1]])
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        vectors = bert(pairs.texts.batch(numbers))
    index = torch.from_numpy(numbers.astype(np.int64)).to(device, non_blocking=True)
    if teacher is not None:
        return taught_loss(vectors, teacher[index].float())
    known = material.guide[index].float()
    group = torch.from_numpy(pairs.group[rows].astype(np.int64)).to(device, non_blocking=True)
    same_text = (index[:n, None] == index[None, :n]) & ~torch.eye(n, dtype=torch.bool, device=device)
    forbidden = false_negatives(group, known[:n], known[n:], recipe.limit) | same_text
    is_kept = np.isin(pairs.stream[rows], [STREAM_NAMES.index(name) for name in recipe.kept])
    free = torch.from_numpy(np.flatnonzero(~is_kept if recipe.tied_only else np.ones(n, bool))).to(device)
    bound = torch.from_numpy(np.flatnonzero(is_kept if recipe.kept else np.ones(n, bool))).to(device)
    bound = torch.cat([bound, bound + n])
    loss = ranking_loss(vectors[:n][free], vectors[n:][free], forbidden[free][:, free], recipe.scale, recipe.both)
    if recipe.ties:
        loss = loss + recipe.ties * tie(vectors[bound], known[bound])
    if recipe.relations:
        loss = loss + recipe.relations * relation_tie(vectors[bound], known[bound])
    return loss


def descend(bert: PackedBert, best: torch.optim.AdamW, steps: int, loss_at: Callable[[int], torch.Tensor], log: Log) -> None:
    """`steps` steps down `loss_at(step)`, steps from 1: 5 % warm-up, then the rate falls as a cosine. A fault if the loss is no number."""
    warm = max(1, steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(best, lambda s: min(1.0, (s + 1) / warm) * 0.5 * (1 + math.cos(math.pi * s / steps)))
    bert.train()
    began, recent = time.time(), []
    for step in range(1, steps + 1):
        loss = loss_at(step)
        best.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(bert.parameters(), 1.0)
        best.step()
        schedule.step()
        recent.append(loss.detach())
        if step % REPORT_EVERY == 0 or step == steps:
            value, recent = float(torch.stack(recent).mean()), []
            log({"step": step, "of": steps, "loss": round(value, 4), "seconds": round(time.time() - began, 1)})
            if not math.isfinite(value):
                raise Fault(f"the loss is {value} at step {step}; lower the rate")


def tune(bert: PackedBert, material: Material, recipe: Recipe, phase: Phase, log: Log) -> None:
    """Run a phase on rows that are drawn by the recipe."""
    draw = Draw(material.pairs, recipe.numbered_shares(), recipe.seed, material.near, phase.near)
    best = optimiser(bert, phase.rate, recipe.freeze_words)
    descend(bert, best, phase.steps, lambda _: batch_loss(bert, material, draw.rows(recipe.pairs), recipe, phase.teacher), log)


def mixed(base: State, tuned: State, share: float) -> State:
    """share · tuned + (1 − share) · base, weight by weight (Wortsman 2022): gives back what tuning forgot."""
    return {name: value if "input_" in name or name.endswith("smooth") else share * value + (1 - share) * base[name] for name, value in tuned.items()}
