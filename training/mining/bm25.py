"""Lexical neighbours: BM25 over a list of texts, for negatives that share words and not meaning."""

import math
from collections import Counter

import numpy as np

from training.texts.near_duplicates import WORD

K1, B = 1.2, 0.75
"""Robertson and Zaragoza's usual saturation and length weight."""


class Bm25:
    """An index over texts, built once."""

    def __init__(self, texts: list[str]) -> None:
        bags = [Counter(WORD.findall(text.lower())) for text in texts]
        lengths = np.array([sum(bag.values()) for bag in bags], np.float64)
        self.count = len(texts)
        gathered: dict[str, tuple[list[int], list[int]]] = {}
        for place, bag in enumerate(bags):
            for word, times in bag.items():
                places, often = gathered.setdefault(word, ([], []))
                places.append(place)
                often.append(times)
        self.postings: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for word, (places, often) in gathered.items():
            where, times = np.array(places), np.array(often, np.float64)
            weight = math.log(1 + (self.count - len(where) + 0.5) / (len(where) + 0.5))
            norm = K1 * (1 - B + B * lengths[where] / max(1.0, lengths.mean()))
            self.postings[word] = where, weight * times * (K1 + 1) / (times + norm)

    def nearest(self, text: str, count: int) -> list[int]:
        """Places of the best texts that share a word with `text`, best first; equal scores in the order of the list."""
        scores = np.zeros(self.count)
        for word in set(WORD.findall(text.lower())):
            if word in self.postings:
                where, gain = self.postings[word]
                scores[where] += gain
        best = np.argsort(-scores, kind="stable")[:count]
        return [int(place) for place in best if scores[place] > 0]
