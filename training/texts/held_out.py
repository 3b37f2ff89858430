"""A corpus split in two: questions to learn from, and questions kept aside to measure with."""

import math
import random
from collections import Counter
from dataclasses import dataclass

from training.faults import Fault
from training.texts.faq_corpus import Entry
from training.texts.near_duplicates import near_duplicate_groups

LEAST = 20
"""Held-out questions below which a before and after cannot be told apart."""

MOST = 1000
"""Held-out questions are enough at this many: one point is then ten questions."""


@dataclass(frozen=True)
class HeldOut:
    """`kept`: the corpus without the held-out questions. `questions`: (utterance, right intent). `by_answer`: whether an
    utterance has to find its entry's answer, since most entries had one question only; else it has to find another question."""

    kept: list[Entry]
    questions: list[tuple[str, str]]
    by_answer: bool


def draw(asked: list[tuple[Entry, str]], by_answer: bool, wanted: int, order: random.Random) -> set[str]:
    """Questions to hold out: whole groups of near-duplicates, drawn until `wanted`, each entry left with what has to be found."""
    members: dict[int, list[tuple[Entry, str]]] = {}
    for number, pair in zip(near_duplicate_groups([question for _, question in asked]), asked, strict=True):
        members.setdefault(number, []).append(pair)
    left = Counter(entry.id for entry, _ in asked)
    numbers = sorted(members)
    order.shuffle(numbers)
    out: set[str] = set()
    for number in numbers:
        loss = Counter(entry.id for entry, _ in members[number])
        findable = all(entry.answer if by_answer else left[entry.id] - loss[entry.id] >= 1 for entry, _ in members[number])
        if findable and len(out) + len(members[number]) <= wanted:
            left.subtract(loss)
            out.update(question for _, question in members[number])
    return out


def hold_out(entries: list[Entry], share: float, seed: int) -> HeldOut:
    """`share` of the questions, at most 1,000; the same ones for the same corpus and seed.

    Groups of near-duplicates go to one side whole, so that no utterance has its twin in the training data. Entries of one
    question can only be found by their answer; that is asked only where too few have a second question.
    """
    asked = [(entry, question) for entry in entries for question in entry.questions]
    wanted = min(MOST, round(share * len(asked)))
    by_question, out = draw(asked, False, wanted, random.Random(seed)), draw(asked, True, wanted, random.Random(seed))
    by_answer = len(by_question) < max(LEAST, wanted // 2) and len(out) > len(by_question)
    out = out if by_answer else by_question
    if wanted < LEAST <= len(asked) // 2:
        enough = math.ceil(100 * LEAST / len(asked)) / 100
        raise Fault(f"{share:.0%} of the corpus's {len(asked)} questions are {wanted} and {LEAST} are needed to measure with; give --held-out {enough}")
    if len(out) < LEAST:
        raise Fault(
            f"only {len(out)} questions could be held out to measure with and {LEAST} are needed; "
            "give entries a second question or an answer, or raise --held-out"
        )
    kept = [Entry(entry.id, entry.intent, tuple(q for q in entry.questions if q not in out), entry.answer) for entry in entries]
    rows = {(question, entry.intent): None for entry, question in asked if question in out}
    return HeldOut(kept, list(rows), by_answer)
