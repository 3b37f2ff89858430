"""learnt-texts.txt: what an adapted model has learnt, and nothing that was kept aside."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from training.adapt.lessons import pair_texts
from training.export.manifest import digest_files
from training.learning import learnt_texts
from training.learning.learnt_texts import learnt_digests, text_digest
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


def test_pairs_teach_their_texts_their_negatives_and_what_is_stored() -> None:
    rows = [Row("one", "An answer", ("two",)), Row("said by a user", "ONE")]
    assert pair_texts(rows, KEPT) == {"one", "ONE", "An answer", "two", "said by a user"}
    assert pair_texts([], KEPT) == set()


def test_lines_are_of_all_texts_and_of_the_base_each_once_and_sorted() -> None:
    known = text_digest("from the base")
    expected = sorted({known, *map(text_digest, ("one", "two", "a passage"))})
    assert learnt_digests(["one", "two", "ONE"], ["a passage", "two"], {known}) == expected


def test_other_texts_fill_up_to_the_limit_and_the_certain_are_there_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learnt_texts, "MOST_LINES", 3)
    assert set(learnt_digests(["one", "two"], ["two", "p1", "p2"], set())) == set(map(text_digest, ("one", "two", "p1")))
    monkeypatch.setattr(learnt_texts, "MOST_LINES", 1)
    assert len(learnt_digests(["one", "two"], ["p1"], set())) == 2


def test_a_fitted_folder_lists_its_rows_and_what_its_base_had_learnt(command: Command, base: str, tmp_path: Path) -> None:
    known, data, fitted = tmp_path / "known", tmp_path / "rows.jsonl", tmp_path / "fitted"
    shutil.copytree(base, known)
    (known / "learnt-texts.txt").write_text(f"{text_digest('from the base')}\n")
    data.write_text("".join(json.dumps({"a": f"question {number}", "b": f"answer {number}", "neg": ["another"]}) + "\n" for number in range(8)))
    assert command("training.fit", "--base", known, "--data", data, "--loss", "mnrl", "--steps", 1, "--out", fitted) == 0
    texts = {f"{kind} {number}" for number in range(8) for kind in ("question", "answer")}
    assert lines_in(fitted) == sorted(map(text_digest, texts | {"another", "from the base"}))


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
    assert command("training.export", "--base", damaged, "--out", tmp_path / "mine") == 3
    assert f"{damaged / 'learnt-texts.txt'}:2 expected 16 hex digits" in capsys.readouterr().err
    assert not (tmp_path / "mine.run").exists() and not (tmp_path / "mine").exists()
