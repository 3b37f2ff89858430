"""Before and after, and whether that is better."""

from dataclasses import dataclass

from training.adapt.measure import Measured, chance_of_luck
from training.texts.held_out import HeldOut


MOST_LUCK = 0.05
"""Sign test from which on a gain may be chance, and the model is refused."""

ADVICE = "More held-out questions tell smaller gains from luck; more steps, pairs or text make larger ones"
"""What to do about a model that is not better."""


@dataclass(frozen=True)
class Compared:
    """`won`, `lost`: utterances that only the new, only the old encoder gets right. `luck`: see `chance_of_luck`."""

    questions: int
    found_by: str
    before_first: float
    after_first: float
    before_reciprocal: float
    after_reciprocal: float
    won: list[str]
    lost: list[str]
    luck: float
    losses: dict[str, list[float]]

    @property
    def better(self) -> bool:
        """More utterances are won than lost, and by more than luck explains."""
        return len(self.won) > len(self.lost) and self.luck < MOST_LUCK

    @property
    def verdict(self) -> str:
        """In words, with what it rests on."""
        counts = f"{len(self.won)} won, {len(self.lost)} lost, sign test p {self.luck:.2g}"
        if self.luck < MOST_LUCK:
            return f"{'better' if self.better else 'not better'} than its base ({counts})"
        return f"not better: not distinguishable from its base on {self.questions} held-out questions ({counts})"

    @property
    def measured(self) -> str:
        """What the figures are of, and what they are not of, in sentences."""
        return (
            f"P@1 is the share of the questions kept aside whose nearest stored {self.found_by} by cosine is of the right intent, MRR the mean of 1 / rank of that intent. "
            "Both are of the encoder alone, not of the service, which also reads words, letters, names, answers and counter-examples and decides by confidence"
        )


def compare(before: Measured, after: Measured, held_out: HeldOut, losses: dict[str, list[float]]) -> Compared:
    """Both measured on the same held-out questions."""
    texts = [question for question, _ in held_out.questions]
    pairs = list(zip(texts, before.ranks, after.ranks, strict=True))
    return Compared(
        questions=len(texts),
        found_by="answer" if held_out.by_answer else "question",
        before_first=before.first,
        after_first=after.first,
        before_reciprocal=before.reciprocal,
        after_reciprocal=after.reciprocal,
        won=[text for text, old, new in pairs if new == 1 and old > 1],
        lost=[text for text, old, new in pairs if old == 1 and new > 1],
        luck=chance_of_luck(before, after),
        losses=losses,
    )
