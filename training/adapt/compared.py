"""Before and after, and whether that is better."""

from dataclasses import dataclass

from training.adapt.measure import Measured, chance_of_luck
from training.texts.held_out import HeldOut


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
        """More utterances find their intent first; with as many, a higher mean reciprocal rank."""
        return (self.after_first, self.after_reciprocal) > (self.before_first, self.before_reciprocal)


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
