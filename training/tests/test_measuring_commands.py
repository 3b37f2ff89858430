"""The commands that only measure or prepare measuring: pooling and domain_sets."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from training.domain_sets.__main__ import SETS, entries_of
from training.pooling.compare_poolings import POOLINGS
from training.pooling.question_sets import SETS as QUESTION_SETS
from training.texts.faq_corpus import read_corpus

Command = Callable[..., int]


def lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def test_pooling_has_a_row_for_each_pooling_of_the_base_and_of_an_untrained_one(
    command: Command, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topics = ("order", "card", "password")
    for name, (stored, asked) in QUESTION_SETS.items():
        if name == "StackFAQ":
            lines(tmp_path / stored, [{"id": topic, "question": f"my {topic}"} for topic in topics])
            lines(tmp_path / asked, [{"text": f"my {topic}", "relevant": [topic]} for topic in topics])
        else:
            for file in (stored, asked):
                lines(tmp_path / file, [{"text": f"my {topic}", "intent": topic} for topic in topics])
    assert command("training.pooling", "--data", tmp_path, "--base", base, "--out", tmp_path / "new" / "table.md") == 0
    table = (tmp_path / "new" / "table.md").read_text()
    assert table in capsys.readouterr().out
    assert len(table.splitlines()) == 2 + 2 * len(POOLINGS)
    # The utterances are the stored questions themselves, so every pooling finds them all.
    assert "| base | mean (its own) | 100.0 |" in table


def test_pooling_says_which_set_is_missing(command: Command, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("training.pooling", "--data", tmp_path, "--base", base) == 3
    assert "clinc150" in capsys.readouterr().err


def test_domain_sets_are_corpora_that_adapt_reads(command: Command, tmp_path: Path) -> None:
    for names in SETS.values():
        for name in names:
            rows = [{"a": f"{name} title {n}", "b": f"a longer way to say {name} {n}", "kind": "title_desc"} for n in range(6)]
            rows += [{"a": f"{name} title {n}", "b": f"the body of {name} {n}", "kind": "title_body" if name != "medquad" else "qa"} for n in range(6)]
            rows += [{"a": f"{name} title {n}", "b": f"an answer to {name} {n}", "kind": "qa"} for n in range(6)]
            lines(tmp_path / "pairs" / f"{name}.jsonl.gz", rows)
            (tmp_path / "text").mkdir(exist_ok=True)
            (tmp_path / "text" / f"{name}.txt.gz").write_bytes(gzip.compress(b"one passage\n" * 4))
    assert command("training.domain_sets", "--train-data", tmp_path, "--out", tmp_path / "sets", "--entries", 5) == 0
    for name in SETS:
        assert len(read_corpus(tmp_path / "sets" / name / "faq.json")) == 5


def test_a_text_that_is_an_alternate_is_no_entry_of_its_own() -> None:
    rows = [
        {"a": "Create a cluster", "b": "How to create a cluster", "kind": "title_desc"},
        {"a": "Create a cluster", "b": "First, log in.", "kind": "title_body"},
        {"a": "How to create a cluster", "b": "Create a cluster anew", "kind": "title_title"},
        {"a": "How to create a cluster", "b": "Log in first.", "kind": "title_body"},
    ]
    assert [entry["questions"] for entry in entries_of(rows, "technical")] == [["Create a cluster", "How to create a cluster"]]
