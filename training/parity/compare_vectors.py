"""The figures of a parity run."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ParityFigures:
    """Cosines over all texts: against the reference (mean, min) and of the same text alone and in a mixed batch (min)."""

    texts: int
    mean: float
    least: float
    batch_least: float

    def reached(self) -> bool:
        """Whether the project's bounds hold: mean >= .99, min >= .95, batch against alone >= .9999."""
        return self.mean >= 0.99 and self.least >= 0.95 and self.batch_least >= 0.9999


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Row-wise cosine of [n, dim] and [n, dim] in float64, so that 1 - 1e-7 can be told from 1."""
    a, b = left.astype(np.float64), right.astype(np.float64)
    return (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def compare_vectors(reference: np.ndarray, alone: np.ndarray, batched: np.ndarray) -> ParityFigures:
    """All three float32 [texts, dim] and in the same order."""
    shipped = cosines(reference, alone)
    return ParityFigures(len(reference), float(shipped.mean()), float(shipped.min()), float(cosines(alone, batched).min()))
