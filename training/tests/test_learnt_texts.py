"""learnt-texts.txt: what an adapted model has learnt, and nothing that was kept aside."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from training.adapt import learnt_texts
from training.adapt.learnt_texts import learnt_digests, text_digest
from training.export.manifest import digest_files
from training.texts.faq_corpus import Entry, read_corpus
from training.texts.held_out import HeldOut, hold_out
from training.texts.rows import Row

Command = Callable[..., int]
KEPT = HeldOut([Entry("a", "a", ("one",), "An answer"), Entry("b", "b", ("two",), "")], [("aside", "a")], by_answer=False)


def lines_in(folder: Path) -> list[str]:
    text = (folder / "learnt-texts.txt").read_text()
    assert text.endswith("\n")
    return text.splitlines()


def test_case_and_white_space_make_no_other_text() -> None:
    assert text_digest("  Where IS\tmy\u00a0Öl?\n") == hashlib.sha256("where is my öl?".encode()).hexdigest()[:16]


def test_lines_are_of_pairs_their_negatives_stored_texts_and_passages_and_of_the_base_each_once_and_sorted() -> None:
    rows, passages = [Row("one", "An answer", ("two",)), Row("said by a user", "ONE")], [Row("a passage", "a passage")]
    known = text_digest("from the base")
    expected = sorted({known, *map(text_digest, ("one", "an answer", "two", "said by a user", "a passage"))})
    assert learnt_digests(rows, passages, KEPT, {known}) == expected


def test_without_pairs_only_the_passages_are_learnt() -> None:
    assert learnt_digests([], [Row("a passage", "a passage")], KEPT, set()) == [text_digest("a passage")]


def test_passages_fill_up_to_the_limit_and_the_corpus_is_there_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learnt_texts, "MOST_LINES", 4)
    rows, passages = [Row("one", "two")], [Row(text, text) for text in ("two", "p1", "p2")]
    assert set(learnt_digests(rows, passages, KEPT, set())) == set(map(text_digest, ("one", "two", "An answer", "p1")))
    monkeypatch.setattr(learnt_texts, "MOST_LINES", 1)
    assert len(learnt_digests(rows, passages, KEPT, set())) == 3


def test_an_adapted_folder_lists_what_it_learnt_and_so_do_those_made_from_it(command: Command, base: str, corpus: Path, tmp_path: Path) -> None:
    text = tmp_path / "manual.txt"
    text.write_text("".join(f"To change the plan open page {number} of the account.\n" for number in range(20)))
    options = ["--steps", 1, "--text-steps", 1, "--keep-anyway"]
    first, second, anew = tmp_path / "first", tmp_path / "second", tmp_path / "anew"
    assert command("training.adapt", "--corpus", corpus, "--base", base, "--text", text, "--out", first, *options) in (0, 6)
    held_out, found = hold_out(read_corpus(corpus), 0.25, 7), lines_in(first)
    learnt = {text for entry in held_out.kept for text in (*entry.questions, entry.answer)} | set(text.read_text().splitlines())
    assert found == sorted(set(map(text_digest, learnt)))
    assert not {text_digest(question) for question, _ in held_out.questions} & set(found)
    manifest = json.loads((first / "faqmatch.json").read_text())
    assert "learnt-texts.txt" not in manifest["files"] and manifest["digest"] == f"sha256:{digest_files(first)[1]}"

    corpus.write_text(corpus.read_text().replace("where is my", "have you seen my"))
    assert command("training.adapt", "--corpus", corpus, "--base", first, "--out", second, *options) in (0, 6)
    assert set(found) < set(lines_in(second)) and lines_in(second) == sorted(set(lines_in(second)))
    assert command("training.export", "--base", second, "--out", anew, "--weights", "float32") == 0
    assert lines_in(anew) == lines_in(second)


def test_a_damaged_list_of_the_base_is_not_handed_on(command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(base, damaged)
    (damaged / "learnt-texts.txt").write_text("0123456789abcdef\n0123\n")
    assert command("training.adapt", "--corpus", corpus, "--base", damaged, "--out", tmp_path / "mine", "--steps", 1) == 3
    assert "learnt-texts.txt:2 expected 16 hex digits, found '0123'; copy the model folder again" in capsys.readouterr().err
    assert not (tmp_path / "mine.run").exists()
