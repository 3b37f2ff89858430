"""Hard negatives, and rows of the feedback log."""

import json
from pathlib import Path

import numpy as np
import pytest

from training.faults import Fault
from training.mining.bm25 import Bm25
from training.mining.feedback import read_feedback, without_twins
from training.losses.false_negatives import false_negatives, text_groups
from training.mining.hard_negatives import MiningSettings, mine
from training.mining.row_file import write_rows
from training.texts.faq_corpus import Entry
from training.texts.rows import Row, read_rows

ANGLES = {"q": 0.0, "right": 0.3, "twin": 0.28, "near": 0.8, "nearer": 0.6, "same intent": 0.7, "far": 2.0, "q words far": 2.2}


def encode(texts: list[str]) -> np.ndarray:
    return np.array([[np.cos(ANGLES[text]), np.sin(ANGLES[text])] for text in texts], np.float32)


def any_encode(texts: list[str]) -> np.ndarray:
    return np.array([[np.cos(ANGLES.get(text, 1.0)), np.sin(ANGLES.get(text, 1.0))] for text in texts], np.float32)


def mined(rows: list[Row], **settings: float) -> list[tuple[str, ...]]:
    texts = [(text, {"q": "i", "right": "i", "same intent": "i"}.get(text, text)) for text in ANGLES]
    return [row.negatives for row in mine(rows, texts, encode, MiningSettings(**settings))]


def test_negatives_come_by_meaning_and_by_words_in_turn() -> None:
    assert mined([Row("q", "right", group="i")], count=2) == [("nearer", "q words far")]


def test_a_candidate_as_near_as_the_right_one_and_one_of_the_intent_are_left_out() -> None:
    negatives = mined([Row("q", "right", group="i")], count=9)[0]
    assert "twin" not in negatives and "same intent" not in negatives and "q" not in negatives


def test_margins_move_the_limit() -> None:
    assert mined([Row("q", "right", group="i")], count=1, margin=0.2) == [("near",)]
    assert mined([Row("q", "right", group="i")], count=1, relative=0.5) == [("far",)]


def test_what_another_row_says_is_right_is_no_negative() -> None:
    rows = [Row("q", "right"), Row("q", "nearer"), Row("far", "near")]
    texts = [(text, None) for text in ("right", "nearer", "near")]
    assert mine(rows[:2], texts, encode, MiningSettings(count=3))[0].negatives == ("near",)


def test_negatives_carry_the_intents_they_stand_under_through_the_file(tmp_path: Path) -> None:
    """"far" is in no pair, so that no row but this says that it is of j; rows of j must not push it away."""
    texts = [("far", "j"), ("far", "i2"), ("near", None), ("q", "i"), ("right", "i")]
    rows = mine([Row("q", "right", ("own",), group="i"), *(Row(f"a{n}", f"b{n}", group="j") for n in range(8))], texts, any_encode, MiningSettings(count=2))
    assert rows[0].negatives == ("own", "near", "far") and rows[0].negative_groups == ((), (), ("i2", "j"))
    write_rows(tmp_path / "rows.jsonl", rows)
    back, _ = read_rows(tmp_path / "rows.jsonl")
    assert back == rows
    # a0's row: its candidates are b of both rows, then the negatives of q, then the way back to a.
    assert false_negatives([back[0], Row("a0", "b0", group="j")], text_groups(back))[0].int().tolist()[1][:5] == [0, 0, 0, 0, 1]


def test_negatives_of_rows_without_intents_are_written_as_before(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [Row("q", "right", ("far",))])
    assert (tmp_path / "rows.jsonl").read_text() == '{"a": "q", "b": "right", "neg": ["far"]}\n'


def test_bm25_ranks_rare_words_over_common_ones() -> None:
    index = Bm25(["the card is lost", "the order is late", "the order is lost", "nothing alike"])
    assert index.nearest("where is the card", 4)[0] == 0
    assert index.nearest("unknown words only", 4) == []


ENTRIES = [Entry("e1", "pay", ("how to pay", "paying"), ""), Entry("e2", "ship", ("where is it",), "")]


def logged(folder: Path, lines: list[object]) -> Path:
    path = folder / "feedback.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_feedback_becomes_positives_negatives_and_judged_pairs(tmp_path: Path) -> None:
    lines = [
        {"utterance": "can i use a card", "entry_id": "e1", "correct": True},
        {"utterance": "my parcel?", "entry_id": "e1", "correct": False, "right_intent": "ship"},
        {"utterance": "tell me a joke", "entry_id": "e2", "correct": False},
        {"utterance": "old", "entry_id": "gone", "correct": True},
    ]
    rows, unknown = read_feedback(logged(tmp_path, lines), ENTRIES)
    assert unknown == 1
    assert rows == [
        Row("can i use a card", "how to pay", group="pay"),
        Row("my parcel?", "where is it", ("how to pay",), group="ship", negative_groups=(("pay",),)),
        Row("tell me a joke", "where is it", score=0.0),
    ]


def test_a_line_that_is_no_feedback_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fault, match='feedback.jsonl:1 expected "entry_id"'):
        read_feedback(logged(tmp_path, [{"utterance": "x", "correct": "yes"}]), ENTRIES)


def test_feedback_that_repeats_a_held_out_question_is_not_learned() -> None:
    rows = [Row("Where is my PARCEL", "a"), Row("something else entirely", "b")]
    assert without_twins(rows, ["where is my parcel?"]) == rows[1:]


def test_a_wrong_entry_of_the_right_intent_is_no_negative(tmp_path: Path) -> None:
    line = {"utterance": "may i use a card", "entry_id": "e1", "correct": False, "right_intent": "pay"}
    assert read_feedback(logged(tmp_path, [line]), ENTRIES) == ([Row("may i use a card", "how to pay", group="pay")], 0)


def test_a_right_intent_that_is_no_text_and_a_log_that_is_not_utf8_are_named(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"feedback.jsonl:1 expected text or nothing in \"right_intent\", found \['pay'\]"):
        read_feedback(logged(tmp_path, [{"utterance": "x", "entry_id": "e1", "correct": False, "right_intent": ["pay"]}]), ENTRIES)
    (tmp_path / "feedback.jsonl").write_bytes('{"utterance": "caf\u00e9"}\n'.encode("latin-1"))
    with pytest.raises(Fault, match="--feedback .*feedback.jsonl: line 1 is not UTF-8"):
        read_feedback(tmp_path / "feedback.jsonl", ENTRIES)


def test_a_line_of_the_log_ends_at_a_line_feed_alone(tmp_path: Path) -> None:
    line = json.dumps({"utterance": "a card\u2028perhaps", "entry_id": "e1", "correct": True}, ensure_ascii=False)
    (tmp_path / "feedback.jsonl").write_text(line, encoding="utf-8")
    assert read_feedback(tmp_path / "feedback.jsonl", ENTRIES)[0] == [Row("a card perhaps", "how to pay", group="pay")]
