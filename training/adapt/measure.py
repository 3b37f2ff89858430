"""How often held-out utterances find their intent first."""

from dataclasses import dataclass
from math import comb

import numpy as np

from training.learning.encode import Encode
from training.texts.held_out import HeldOut


@dataclass(frozen=True)
class Measured:
    """`ranks` [questions]: place of the right intent among all intents, 1 = first."""

    ranks: np.ndarray

    @property
    def first(self) -> float:
        """P@1: share of utterances whose nearest stored text is of the right intent."""
        return float((self.ranks == 1).mean())

    @property
    def reciprocal(self) -> float:
        """MRR: mean of 1 / rank."""
        return float((1.0 / self.ranks).mean())


def stored_texts(held_out: HeldOut) -> list[tuple[str, str]]:
    """(text, intent) of all that an utterance may find: the questions left, or all answers where those are asked for."""
    if held_out.by_answer:
        return [(entry.answer, entry.intent) for entry in held_out.kept if entry.answer]
    return [(question, entry.intent) for entry in held_out.kept for question in entry.questions]


def measure(encode: Encode, held_out: HeldOut) -> Measured:
    """Ranks of the right intents. An intent scores as its nearest text; of equal scores the right one counts as last."""
    stored = stored_texts(held_out)
    intents = sorted({intent for _, intent in stored})
    column = {intent: place for place, intent in enumerate(intents)}
    vectors = encode([text for text, _ in stored])
    asked = encode([question for question, _ in held_out.questions])
    if not (np.isfinite(vectors).all() and np.isfinite(asked).all()):
        return Measured(np.full(len(asked), float(len(intents))))
    scores = np.full((len(asked), len(intents)), -2.0, np.float32)
    places = np.array([column[intent] for _, intent in stored])
    for row, likeness in enumerate(asked @ vectors.T):
        np.maximum.at(scores[row], places, likeness)
    right = np.array([column[intent] for _, intent in held_out.questions])
    own = scores[np.arange(len(asked)), right][:, None]
    return Measured((scores >= own).sum(axis=1).astype(np.float64))


def chance_of_luck(before: Measured, after: Measured) -> float:
    """Two-sided sign test over the utterances that only one of the two gets right: how often luck alone differs as much."""
    won = int(((after.ranks == 1) & (before.ranks > 1)).sum())
    lost = int(((after.ranks > 1) & (before.ranks == 1)).sum())
    differ = won + lost
    tail = sum(comb(differ, count) for count in range(min(won, lost) + 1)) / 2**differ
    return min(1.0, 2 * tail)
