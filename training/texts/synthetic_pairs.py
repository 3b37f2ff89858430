"""Pairs to learn from, made of what an FAQ corpus holds: question ↔ alternate, question ↔ answer."""

import random
from itertools import combinations

from training.texts.faq_corpus import Entry
from training.texts.rows import Row

MOST_PER_ENTRY = 24
"""Pairs of questions drawn from one entry, so that an entry with fifty alternates does not drown the others."""


def corpus_pairs(entries: list[Entry], seed: int) -> list[Row]:
    """Rows with the intent as group, in a fixed order; none for an entry with one text."""
    order = random.Random(seed)
    rows: list[Row] = []
    for entry in entries:
        pairs = list(combinations(entry.questions, 2))
        for a, b in pairs if len(pairs) <= MOST_PER_ENTRY else order.sample(pairs, MOST_PER_ENTRY):
            rows.append(Row(a, b, group=entry.intent))
        if entry.answer:
            rows.extend(Row(question, entry.answer, group=entry.intent) for question in entry.questions)
    return rows
