"""Learning from plain text: the two views of SimCSE and the noise of TSDAE."""

import random

from training.texts.rows import Row

DELETED = 0.6
"""Share of words TSDAE deletes, as its authors found best."""

LEAST_CROP, MOST_CROP = 0.5, 1.0
"""Share of a passage's words that a cropped view keeps."""


def noisy(text: str, chance: random.Random) -> str:
    """The text with words deleted at random, at least one kept."""
    words = text.split()
    kept = [word for word in words if chance.random() >= DELETED]
    return " ".join(kept or [chance.choice(words)])


def crop(text: str, chance: random.Random) -> str:
    """A run of the text's words."""
    words = text.split()
    size = max(min(4, len(words)), round(len(words) * chance.uniform(LEAST_CROP, MOST_CROP)))
    start = chance.randint(0, len(words) - size)
    return " ".join(words[start : start + size])


def noisy_columns(rows: list[Row], chance: random.Random) -> list[list[str]]:
    """TSDAE: what is encoded, and what has to be said again."""
    return [[noisy(row.a, chance) for row in rows], [row.a for row in rows]]


def cropped_columns(rows: list[Row], chance: random.Random) -> list[list[str]]:
    """SimCSE with cropped views: two runs of words of one passage, under different dropout."""
    return [[crop(row.a, chance) for row in rows], [crop(row.a, chance) for row in rows]]
