"""Negatives that are hard and probably not false. sentence-transformers' miner knows neither intents nor BM25."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from training.learning.encode import Encode
from training.mining.bm25 import Bm25
from training.texts.rows import Row


@dataclass(frozen=True)
class MiningSettings:
    """`count` negatives a row, from the `depth` nearest by meaning and as many by words. A candidate nearer to `a` than
    min(relative × cosine(a, b), cosine(a, b) - margin) may be a second right answer and is left out: 95 % of the positive's
    cosine is what the authors of NV-Retriever found best; the margin guards rows whose positive is near 1."""

    count: int = 1
    depth: int = 50
    relative: float = 0.95
    margin: float = 0.05


def taken_in_turn(first: list[int], second: list[int], count: int) -> list[int]:
    """Places from both lists by turns, without repeats."""
    chosen: dict[int, None] = {}
    for place in range(max(len(first), len(second))):
        for side in (first, second):
            if place < len(side) and len(chosen) < count:
                chosen[side[place]] = None
    return list(chosen)


class Pool:
    """Texts to choose negatives from, each with all intents it stands under and all texts it is paired with."""

    def __init__(self, rows: list[Row], texts: list[tuple[str, str | None]]) -> None:
        self.texts = list(dict.fromkeys(text for text, _ in texts))
        self.groups: dict[str, set[str]] = {}
        self.partners: dict[str, set[str]] = {}
        for text, group in texts:
            if group is not None:
                self.groups.setdefault(text, set()).add(group)
        for row in rows:
            self.partners.setdefault(row.a.lower(), {row.a.lower()}).add(row.b.lower())

    def unrelated(self, row: Row) -> Callable[[int], bool]:
        """Whether the text at a place may be a negative of the row: no text of its group, no partner of its `a`, not yet its negative."""
        own = self.partners[row.a.lower()] | {row.b.lower(), *(text.lower() for text in row.negatives)}

        def fits(place: int) -> bool:
            text = self.texts[place]
            return text.lower() not in own and row.group not in self.groups.get(text, ())

        return fits

    def with_negatives(self, row: Row, chosen: tuple[str, ...]) -> Row:
        """The row with more negatives, each with the intents it stands under: the loss sees the rows alone, and most texts of the pool are in none."""
        known = row.negative_groups or ((),) * len(row.negatives)
        groups = (*known, *(tuple(sorted(self.groups.get(text, ()))) for text in chosen))
        return replace(row, negatives=row.negatives + chosen, negative_groups=groups if any(groups) else ())


def mine(rows: list[Row], texts: list[tuple[str, str | None]], encode: Encode, settings: MiningSettings) -> list[Row]:
    """The rows with negatives added to their own. `texts` are (text, intent or None) to choose from."""
    pool = Pool(rows, texts)
    a, b = encode([row.a for row in rows]), encode([row.b for row in rows])
    vectors, lexical = encode(pool.texts), Bm25(pool.texts)
    found = []
    for row, asked, right in zip(tqdm(rows, desc="hard negatives", unit="row"), a, b, strict=True):
        likeness, positive = vectors @ asked, float(asked @ right)
        limit = min(settings.relative * positive, positive - settings.margin)
        fits = pool.unrelated(row)
        nearest = np.argsort(-likeness, kind="stable")[: settings.depth].tolist()
        sides = [[place for place in side if likeness[place] <= limit and fits(place)] for side in (nearest, lexical.nearest(row.a, settings.depth))]
        chosen = tuple(pool.texts[place] for place in taken_in_turn(*sides, settings.count))
        found.append(pool.with_negatives(row, chosen))
    return found
