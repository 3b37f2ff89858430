"""The one table: a loss by name, what rows it takes, and how a batch of them becomes columns of texts and labels."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import torch
from sentence_transformers import SentenceTransformer, losses
from sentence_transformers.util import pairwise_cos_sim

from training.faults import Fault
from training.losses.false_negatives import Groups, false_negatives
from training.losses.ranking import CachedRankingLoss, RankingLoss
from training.losses.unlabelled import cropped_columns, noisy_columns
from training.texts.rows import Row

Teacher = Callable[[list[str]], torch.Tensor]
"""texts → the teacher's unit vectors float32 [texts, dim]."""

Columns = Callable[[list[Row], random.Random], list[list[str]]]
Labels = Callable[[list[Row], Teacher, Groups], torch.Tensor | None]
"""A batch, the teacher, and the groups of all texts there are → labels."""


@dataclass(frozen=True)
class LossKind:
    """`rows` turns what was read into what the loss learns from, or raises a Fault that says what is missing."""

    build: Callable[[SentenceTransformer, int], torch.nn.Module]
    rows: Callable[[list[Row]], list[Row]]
    columns: Columns
    labels: Labels
    takes: Literal["rows", "text"] = "rows"
    teacher: bool = False


def positives(rows: list[Row]) -> list[Row]:
    """Rows that belong together (no score, or .5 and more)."""
    kept = [row for row in rows if row.score is None or row.score >= 0.5]
    if not kept:
        raise Fault("every row has a score below .5; this loss learns from pairs that belong together")
    return kept


def judged(rows: list[Row]) -> list[Row]:
    """Pairs with score 1 or 0; each negative becomes a pair of its own with score 0."""
    pairs = [replace(row, negatives=(), negative_groups=(), score=1.0 if row.score is None or row.score >= 0.5 else 0.0) for row in rows]
    pairs += [Row(row.a, text, score=0.0) for row in rows for text in row.negatives]
    if len({row.score for row in pairs}) < 2:
        raise Fault('a contrastive loss needs pairs of both kinds; give some rows "neg" or a score below .5, and some without')
    return pairs


def triplets(rows: list[Row]) -> list[Row]:
    """A row for each negative."""
    found = [replace(row, negatives=(text,), negative_groups=row.negative_groups[place : place + 1]) for row in positives(rows) for place, text in enumerate(row.negatives)]
    if not found:
        raise Fault('this loss needs rows with "neg"; python -m training.mining finds them')
    return found


def scored(rows: list[Row]) -> list[Row]:
    """Rows as they are, if all have a score and not one and the same."""
    if any(row.score is None for row in rows) or len({row.score for row in rows}) < 2:
        raise Fault('cosent learns an order of likeness: every row needs a "score", and they must differ')
    return rows


def single_texts(rows: list[Row]) -> list[Row]:
    """Every different text as a row of its own."""
    texts = dict.fromkeys(text for row in rows for text in (row.a, row.b, *row.negatives))
    return [Row(text, text) for text in texts]


def passages(rows: list[Row]) -> list[Row]:
    """Each `a` by itself: a passage is its own positive."""
    return [Row(row.a, row.a) for row in rows]


def pair_columns(rows: list[Row], _: random.Random) -> list[list[str]]:
    """a, b."""
    return [[row.a for row in rows], [row.b for row in rows]]


def all_columns(rows: list[Row], chance: random.Random) -> list[list[str]]:
    """a, b, and the negatives of all rows in one column, where there are any."""
    negatives = [text for row in rows for text in row.negatives]
    return pair_columns(rows, chance) + ([negatives] if negatives else [])


def scores(rows: list[Row], _: Teacher, __: Groups) -> torch.Tensor:
    """float32 [rows]."""
    return torch.tensor([row.score for row in rows], dtype=torch.float32)


def margins(rows: list[Row], teacher: Teacher, _: Groups) -> torch.Tensor:
    """float32 [rows]: how much nearer the teacher sees b than the negative."""
    a, b, c = (teacher(texts) for texts in all_columns(rows, random.Random(0)))
    return (a * b).sum(dim=1) - (a * c).sum(dim=1)


def mask(rows: list[Row], _: Teacher, groups: Groups) -> torch.Tensor:
    """See `false_negatives`."""
    return false_negatives(rows, groups)


SMALLEST_BATCH = 32
"""Texts at once in the cached loss."""

RANKING = (positives, all_columns, mask)

LOSSES: dict[str, LossKind] = {
    "contrastive": LossKind(lambda model, _: losses.ContrastiveLoss(model), judged, pair_columns, scores),
    "online-contrastive": LossKind(lambda model, _: losses.OnlineContrastiveLoss(model), judged, pair_columns, scores),
    "triplet": LossKind(
        lambda model, _: losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, triplet_margin=0.3),
        triplets, all_columns, lambda *_: None,
    ),
    "mnrl": LossKind(lambda model, _: RankingLoss(model), *RANKING),
    "mnrl-cached": LossKind(lambda model, size: CachedRankingLoss(model, mini_batch_size=min(size, SMALLEST_BATCH)), *RANKING),
    "cosent": LossKind(lambda model, _: losses.CoSENTLoss(model), scored, pair_columns, scores),
    "margin-mse": LossKind(
        lambda model, _: losses.MarginMSELoss(model, similarity_fct=pairwise_cos_sim), triplets, all_columns, margins, teacher=True
    ),
    "embedding-mse": LossKind(
        lambda model, _: losses.MSELoss(model), single_texts, lambda rows, _: [[row.a for row in rows]],
        lambda rows, teacher, _: teacher([row.a for row in rows]), teacher=True,
    ),
    "simcse": LossKind(lambda model, _: RankingLoss(model), passages, pair_columns, mask, takes="text"),
    "simcse-crop": LossKind(lambda model, _: RankingLoss(model), passages, cropped_columns, mask, takes="text"),
    "tsdae": LossKind(
        lambda model, _: losses.DenoisingAutoEncoderLoss(model, tie_encoder_decoder=True),
        passages, noisy_columns, lambda *_: None, takes="text",
    ),
}
"""Name on the command line → the loss. triplet's margin is that of cosine distances, which lie in 0..2 (the library's
default of 5 is for Euclidean ones and would never be reached)."""


def matryoshka(model: SentenceTransformer, loss: torch.nn.Module, dimensions: list[int]) -> torch.nn.Module:
    """The loss at several lengths of the vector at once; the full length is always among them."""
    full = model.get_sentence_embedding_dimension() or 0
    if any(not 0 < dimension <= full for dimension in dimensions):
        raise Fault(f"--matryoshka {dimensions}: the base gives vectors of {full} numbers; give lengths from 1 to {full}")
    return losses.MatryoshkaLoss(model, loss, sorted({full, *dimensions}, reverse=True))
