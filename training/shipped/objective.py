"""The loss of one batch: multiple negatives ranking in both directions with false negatives masked, and two ties to a reference."""

import torch
from torch.nn import functional as F


def ranking_loss(a: torch.Tensor, b: torch.Tensor, forbidden: torch.Tensor, scale: float, both: bool = True) -> torch.Tensor:
    """a, b unit vectors [n, dim]; forbidden bool [n, n], true where row j must not be a negative of row i (diagonal false).

    The positive of a_i is b_i; negatives are the other b and the other a (van den Oord 2018; Henderson 2017), and the same from b's side; without `both` only the other b (or a).
    """
    n = a.shape[0]
    target = torch.arange(n, device=a.device)
    own = forbidden | torch.eye(n, dtype=torch.bool, device=a.device)
    across, aa, bb = scale * a @ b.T, scale * a @ a.T, scale * b @ b.T
    across = across.masked_fill(forbidden, -1e4)
    if not both:
        return 0.5 * (F.cross_entropy(across, target) + F.cross_entropy(across.T, target))
    left = torch.cat([across, aa.masked_fill(own, -1e4)], dim=1)
    right = torch.cat([across.T, bb.masked_fill(own, -1e4)], dim=1)
    return 0.5 * (F.cross_entropy(left, target) + F.cross_entropy(right, target))


def false_negatives(group: torch.Tensor, guide_a: torch.Tensor, guide_b: torch.Tensor, limit: float) -> torch.Tensor:
    """bool [n, n]: same group, or so close to the guide (the untouched base) that a negative would be a lie (Solatorio 2024)."""
    same = group[:, None] == group[None, :]
    near = (guide_a @ guide_b.T > limit) | (guide_a @ guide_a.T > limit) | (guide_b @ guide_b.T > limit)
    near = near | near.T
    return (same | near) & ~torch.eye(len(group), dtype=torch.bool, device=group.device)


def tie(vectors: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Mean of 1 − cosine to the reference's vectors: keeps what the reference knows (Reimers & Gurevych 2020)."""
    return 1.0 - (vectors * reference).sum(dim=1).mean()


def relation_tie(vectors: torch.Tensor, reference: torch.Tensor, temperature: float = 0.05) -> torch.Tensor:
    """KL of the neighbours' distribution: who is how near to whom in this batch must stay as the reference has it."""
    n = vectors.shape[0]
    eye = torch.eye(n, dtype=torch.bool, device=vectors.device)
    mine = (vectors @ vectors.T / temperature).masked_fill(eye, -1e4)
    theirs = (reference @ reference.T / temperature).masked_fill(eye, -1e4)
    return F.kl_div(F.log_softmax(mine, dim=1), F.log_softmax(theirs, dim=1), log_target=True, reduction="batchmean")


TEACHER_WEIGHT = 5.0


def taught_loss(vectors: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """What is left to learn where a teacher is the whole loss: its vectors, and who is near to whom among them."""
    return TEACHER_WEIGHT * tie(vectors, wanted) + relation_tie(vectors, wanted)
