"""Which passages of plain text hold a question that is kept aside to measure with."""

import re
from collections import Counter

from training.texts.near_duplicates import ALIKE, WORD, words_of

SENTENCE = re.compile(r"(?<=[.!?:;])\s+")

LEAST_RUN = 4
"""Words from which a question is looked for inside a sentence too. Shorter ones ("Security") are anybody's words."""


def words_in_order(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(text.lower()))


class Kept:
    """The questions kept aside, found by their words."""

    def __init__(self, questions: list[str]) -> None:
        self.bags = [words_of(question) for question in dict.fromkeys(questions)]
        seen = Counter(word for bag in self.bags for word in bag)
        self.by_word: dict[str, list[int]] = {}
        for item, bag in enumerate(self.bags):
            # A near-duplicate lacks fewer words of the question than are listed here, so it has one of them; the rarest, so that few are compared.
            for word in sorted(bag, key=lambda word: (seen[word], word))[: len(bag) - int(-(-ALIKE * len(bag) // 1)) + 1]:
                self.by_word.setdefault(word, []).append(item)
        self.runs: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for run in {words_in_order(question) for question in questions}:
            if len(run) >= LEAST_RUN:
                self.runs.setdefault(run[:LEAST_RUN], []).append(run)

    def has_twin(self, text: str) -> bool:
        """Whether the text is a near-duplicate of a question, see near_duplicates."""
        bag = words_of(text)
        for item in {item for word in bag for item in self.by_word.get(word, ())}:
            common = len(bag & self.bags[item])
            if common >= ALIKE * (len(bag) + len(self.bags[item]) - common):
                return True
        return False

    def stands_in(self, text: str) -> bool:
        """Whether a question of LEAST_RUN words or more stands in the text word for word, case and punctuation ignored."""
        words = words_in_order(text)
        return any(
            words[start : start + len(run)] == run for start in range(len(words)) for run in self.runs.get(words[start : start + LEAST_RUN], ())
        )


def without_leaks(passages: list[str], questions: list[str]) -> list[str]:
    """The passages that hold none of the questions: not in these words, and no sentence (nor the whole) that is its near-duplicate."""
    kept = Kept(questions)
    return [passage for passage in passages if not kept.stands_in(passage) and not any(map(kept.has_twin, [passage, *SENTENCE.split(passage)]))]
