"""MultipleNegativesRanking in both directions, false negatives left out. sentence-transformers' own has neither mask nor ragged negatives."""

from collections.abc import Iterable

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.losses import CachedMultipleNegativesSymmetricRankingLoss

SCALE = 20.0
"""Cosines are multiplied by it before the softmax: a temperature of .05."""


def ranking_loss(a: torch.Tensor, candidates: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean over rows and both directions of the cross entropy.

    `a` [batch, dim]; `candidates` [batch + negatives, dim], row i's positive at i; `mask` from `false_negatives`, first axis off.
    """
    a = torch.nn.functional.normalize(a, dim=1)
    candidates = torch.nn.functional.normalize(candidates, dim=1)
    targets = torch.arange(len(a), device=a.device)
    there, back = mask[:, : len(candidates)], mask[:, len(candidates) :]
    forward = (a @ candidates.T * SCALE).masked_fill(there, float("-inf"))
    backward = (candidates[: len(a)] @ a.T * SCALE).masked_fill(back, float("-inf"))
    entropy = torch.nn.functional.cross_entropy
    return (entropy(forward, targets) + entropy(backward, targets)) / 2


class RankingLoss(torch.nn.Module):
    """Columns a, b and perhaps all negatives of the batch (any number); labels are `false_negatives` of the same rows."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor) -> torch.Tensor:
        """Mean loss of a row."""
        a, *others = [self.model(feature)["sentence_embedding"] for feature in features]
        return ranking_loss(a, torch.cat(others), labels[0])


class CachedRankingLoss(CachedMultipleNegativesSymmetricRankingLoss):
    """The same value and gradient in the memory of `mini_batch_size` texts (GradCache): for batches of hundreds and more."""

    def forward(self, sentence_features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor) -> torch.Tensor:
        """Mean loss of a row."""
        self.mask = labels[0]
        return super().forward(list(sentence_features), labels)

    def calculate_loss(self, reps: list[list[torch.Tensor]], with_backward: bool = False) -> torch.Tensor:
        """From cached vectors; called by the base class, and by MatryoshkaLoss with shortened ones."""
        a, candidates = torch.cat(reps[0]), torch.cat([part for column in reps[1:] for part in column])
        loss = ranking_loss(a, candidates, self.mask)
        if with_backward:
            loss.backward()
            loss = loss.detach()
        return loss
