"""Negatives that are hard and probably not false. sentence-transformers' miner knows neither intents nor BM25."""

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


def mine(rows: list[Row], texts: list[tuple[str, str | None]], encode: Encode, settings: MiningSettings) -> list[Row]:
    """The rows with negatives added to their own. `texts` are (text, intent or None) to choose from; of a row's own group none
    is taken, nor its own a or b, whatever the case of their letters."""
    pool = list(dict.fromkeys(texts))
    a, b = (encode([text for text in side]) for side in ([row.a for row in rows], [row.b for row in rows]))
    vectors = encode([text for text, _ in pool])
    lexical = Bm25([text for text, _ in pool])
    positive = (a * b).sum(axis=1)
    found = []
    for place, row in enumerate(tqdm(rows, desc="hard negatives", unit="row")):
        likeness = vectors @ a[place]
        limit = min(settings.relative * positive[place], positive[place] - settings.margin)
        own = {row.a.lower(), row.b.lower(), *(text.lower() for text in row.negatives)}

        def fits(candidate: int) -> bool:
            text, group = pool[candidate]
            return likeness[candidate] <= limit and text.lower() not in own and (group is None or group != row.group)

        near = [candidate for candidate in np.argsort(-likeness, kind="stable").tolist()[: settings.depth] if fits(candidate)]
        worded = [candidate for candidate in lexical.nearest(row.a, settings.depth) if fits(candidate)]
        chosen = tuple(pool[candidate][0] for candidate in taken_in_turn(near, worded, settings.count))
        found.append(replace(row, negatives=row.negatives + chosen))
    return found
