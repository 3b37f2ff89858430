"""Before and after: ranks, luck and the verdict."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.adapt.card import model_card
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
    ("won", "lost", "better", "said"),
    [
        (6, 0, True, "better than its base (6 won, 0 lost, sign test p 0.031)"),
        (20, 6, True, "better than its base (20 won, 6 lost, sign test p 0.0094)"),
        (5, 0, False, "not better: not distinguishable from its base on 25 held-out questions (5 won, 0 lost, sign test p 0.062)"),
        (3, 1, False, "not better: not distinguishable from its base on 24 held-out questions (3 won, 1 lost, sign test p 0.62)"),
        (0, 0, False, "not better: not distinguishable from its base on 20 held-out questions (0 won, 0 lost, sign test p 1)"),
        (0, 6, False, "not better than its base (0 won, 6 lost, sign test p 0.031)"),
    ],
)
def test_better_is_more_won_than_lost_and_more_than_luck_explains(won: int, lost: int, better: bool, said: str) -> None:
    before, after = ranks(*[9] * won, *[1] * (lost + 20)), ranks(*[1] * won, *[2] * lost, *[1] * 20)
    outcome = compare(before, after, HeldOut(KEPT, [(f"q{number}", "a") for number in range(won + lost + 20)], by_answer=False), {})
    assert (outcome.better, outcome.verdict) == (better, said)


def test_higher_ranks_alone_are_no_better_model() -> None:
    held_out = HeldOut(KEPT, [(f"q{number}", "a") for number in range(20)], by_answer=False)
    assert not compare(ranks(*[9] * 20), ranks(*[2] * 20), held_out, {}).better


def test_the_card_counts_questions_in_their_number(tmp_path: Path) -> None:
    outcome = compare(ranks(2, 1), ranks(1, 2), HeldOut(KEPT, [("q", "a"), ("r", "a")], by_answer=False), {})
    chosen = Namespace(
        out=tmp_path / "mine", base=str(tmp_path), corpus=Path("faq.yaml"), text=[], text_loss="", licence=None, no_labels=False, batch=2, seed=7, weights="int8"
    )
    learned = {"pairs": 9, "passages": 0, "passages_left_out": 0}
    assert "\n1 question was won and 1 lost;" in model_card(chosen, outcome, learned, "x")
    assert "\n2 questions were won and 1 lost;" in model_card(chosen, replace(outcome, won=["q", "s"]), learned, "x")
