"""Before and after: ranks, luck and the verdict."""

import numpy as np
import pytest

from training.adapt.compared import compare
from training.adapt.measure import Measured, chance_of_luck, measure
from training.texts.faq_corpus import Entry
from training.texts.held_out import HeldOut

PLACES = {"a1": 0.0, "a2": 0.1, "b1": 1.0, "c1": 2.0, "near a": 0.02, "near b": 0.9, "near c, asked of a": 1.9, "answer a": 1.95, "answer b": 0.0}
KEPT = [Entry("a", "a", ("a1", "a2"), "answer a"), Entry("b", "b", ("b1",), "answer b"), Entry("c", "c", ("c1",), "")]


def encode(texts: list[str]) -> np.ndarray:
    return np.array([[np.cos(PLACES[text]), np.sin(PLACES[text])] for text in texts], np.float32)


def test_the_rank_is_that_of_the_right_intent_among_intents_not_texts() -> None:
    asked = [("near a", "a"), ("near b", "b"), ("near c, asked of a", "a")]
    found = measure(encode, HeldOut(KEPT, asked, by_answer=False))
    assert found.ranks.tolist() == [1, 1, 3]
    assert (found.first, found.reciprocal) == (pytest.approx(2 / 3), pytest.approx((1 + 1 + 1 / 3) / 3))


def test_by_answer_only_answers_are_searched() -> None:
    assert measure(encode, HeldOut(KEPT, [("near c, asked of a", "a"), ("near a", "a")], by_answer=True)).ranks.tolist() == [1, 2]


def test_equal_scores_do_not_count_as_found() -> None:
    found = measure(lambda texts: np.ones((len(texts), 2), np.float32), HeldOut(KEPT, [("near a", "a")], by_answer=False))
    assert found.ranks.tolist() == [3]


def test_vectors_that_are_no_numbers_find_nothing() -> None:
    found = measure(lambda texts: np.full((len(texts), 2), np.nan, np.float32), HeldOut(KEPT, [("near a", "a")], by_answer=False))
    assert found.first == 0


def ranks(*values: int) -> Measured:
    return Measured(np.array(values, np.float64))


def test_the_sign_test_counts_only_where_the_two_differ() -> None:
    assert chance_of_luck(ranks(1, 1, 2), ranks(1, 1, 2)) == 1
    assert chance_of_luck(ranks(*[2] * 6, 1), ranks(*[1] * 7)) == pytest.approx(2 / 2**6)
    assert chance_of_luck(ranks(2, 1), ranks(1, 2)) == 1


@pytest.mark.parametrize(
    ("before", "after", "better"), [((1, 2), (1, 1), True), ((1, 2), (1, 2), False), ((1, 2), (2, 2), False), ((1, 9), (1, 3), True), ((1, 3), (1, 9), False)]
)
def test_better_is_more_first_places_or_as_many_and_higher_ranks(before: tuple[int, ...], after: tuple[int, ...], better: bool) -> None:
    held_out = HeldOut(KEPT, [("near a", "a"), ("near b", "b")], by_answer=False)
    assert compare(ranks(*before), ranks(*after), held_out, {}).better is better
