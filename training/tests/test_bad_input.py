"""Bad input is one line and exit code 3 (2 for an option), said before any work is done, and leaves nothing behind."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer

from training.faults import Fault, run_command
from training.saving import saving

Command = Callable[..., int]


@pytest.fixture
def said(command: Command, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that has to end with 3 and one line; returns the line."""

    def run(*arguments: object) -> str:
        assert command(*arguments) == 3
        error = capsys.readouterr().err
        assert error.startswith("error: ") and error.count("\n") == 1
        return error

    return run


def test_an_out_that_cannot_be_written_is_refused_first(said: Callable[..., str], base: str, corpus: Path, pairs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "mine.run").write_text("x")
    before = sorted(tmp_path.iterdir())
    for out, expected in ((".", "is no name"), (tmp_path / "file/x/y", "file is a file"), (tmp_path / "mine", "mine.run is a file")):
        assert expected in said("training.adapt", "--corpus", corpus, "--base", base, "--out", out)
        assert expected in said("training.fit", "--data", pairs, "--loss", "mnrl", "--base", base, "--out", out)
    for out, expected in ((".", "is no name"), (tmp_path / "file/x", "file is a file"), (tmp_path, "is a folder")):
        assert expected in said("training.mining", "--corpus", corpus, "--base", "nowhere", "--out", out)
    assert sorted(tmp_path.iterdir()) == before


def test_files_that_are_not_there_or_not_utf8_are_named(said: Callable[..., str], base: str, corpus: Path, tmp_path: Path) -> None:
    latin, empty = tmp_path / "latin.txt", tmp_path / "empty.txt"
    latin.write_bytes("one\ncaf\u00e9\n".encode("latin-1"))
    empty.write_text("\n \n")
    export = ["training.export", "--base", base, "--out", tmp_path / "out", "--weights", "int8", "--calibrate"]
    assert "nowhere.txt is not a file" in said(*export, tmp_path / "nowhere.txt")
    assert "latin.txt: line 2 is not UTF-8" in said(*export, latin)
    assert "--calibrate" in (line := said(*export, empty)) and "holds no text" in line
    parity = ["training.parity", "--model", tmp_path, "--base", base]
    assert "line 2 is not UTF-8" in said(*parity, "--texts", latin)
    assert "line 2 is not UTF-8" in said(*parity, "--jsonl", latin)
    adapt = ["training.adapt", "--corpus", corpus, "--base", tmp_path, "--out", tmp_path / "out"]
    assert "line 2 is not UTF-8" in said(*adapt, "--feedback", latin)
    assert "nowhere.jsonl is not a file" in said(*adapt, "--feedback", tmp_path / "nowhere.jsonl")
    assert "no-licence is not a file" in said(*adapt, "--licence", tmp_path / "no-licence")
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.run").exists()


@pytest.mark.parametrize(("option", "value"), [("--margin", "nan"), ("--margin", "-1"), ("--margin", "inf"), ("--relative", "1.5"), ("--relative", "0"), ("--seed", "9" * 20)])
def test_numbers_out_of_range_are_refused(command: Command, corpus: Path, tmp_path: Path, option: str, value: str) -> None:
    assert command("training.mining", "--corpus", corpus, "--base", "nowhere", "--out", tmp_path / "rows.jsonl", f"{option}={value}") == 2


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--batch", "x", "expected a whole number, got 'x'"),
        ("--rate", "abc", "expected a number over 0, got 'abc'"),
        ("--matryoshka", "a", "expected a whole number, got 'a'"),
        ("--matryoshka", "16,", "expected a whole number, got ''"),
        ("--seed", "1.5", "expected a whole number, got '1.5'"),
    ],
)
def test_what_is_no_number_is_told_in_words(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, expected: str) -> None:
    assert command("training.fit", "--data", tmp_path, "--loss", "mnrl", "--out", tmp_path / "mine", f"{option}={value}") == 2
    assert f"argument {option}: {expected}" in capsys.readouterr().err


def test_ranges_are_read_for_int8_alone(command: Command, base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "texts.txt").write_text("where is my order\n")
    assert command("training.export", "--base", base, "--out", tmp_path / "out", "--calibrate", tmp_path / "texts.txt") == 2
    assert "only --weights int8 reads ranges from texts, and this is int8-stored" in capsys.readouterr().err


def test_a_base_that_int8_cannot_say_is_named_as_it_was_given(said: Callable[..., str], command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cls, graph = tmp_path / "cls", tmp_path / "graph"
    shutil.copytree(base, cls)
    pooling = json.loads((cls / "1_Pooling/config.json").read_text())
    (cls / "1_Pooling/config.json").write_text(json.dumps({**pooling, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    assert command("training.export", "--base", cls, "--out", graph, "--weights", "float32") == 0
    capsys.readouterr()
    expected = f"--base {graph} has pooling cls"
    assert expected in said("training.adapt", "--corpus", corpus, "--base", graph, "--out", tmp_path / "mine", "--weights", "int8")
    assert expected in said("training.export", "--base", graph, "--out", tmp_path / "mine", "--weights", "int8")


def test_a_corpus_without_pairs_is_not_mined(said: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "faq.json").write_text(json.dumps([{"id": name, "questions": [f"about {name}"]} for name in "ab"]))
    assert "gives no pairs to mine for" in said("training.mining", "--corpus", tmp_path / "faq.json", "--base", "nowhere", "--out", tmp_path / "rows.jsonl")
    assert not (tmp_path / "rows.jsonl").exists()


def test_a_table_that_cannot_be_written_is_refused_before_it_is_measured(said: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out, expected in ((tmp_path / "file" / "table.md", "is a file; give a place in a folder"), (tmp_path, "is a folder; give the file")):
        assert expected in said("training.pooling", "--data", tmp_path / "nowhere", "--base", "nowhere", "--out", out)


def test_a_seed_of_more_than_32_bits_is_refused_and_the_greatest_is_not(command: Command, base: str, pairs: Path, tmp_path: Path) -> None:
    options = ["training.fit", "--data", pairs, "--loss", "mnrl", "--base", base, "--out", tmp_path / "mine", "--steps", 1]
    assert command(*options, "--seed", 2**32) == 2
    assert command(*options, "--seed", 2**32 - 1) == 0


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file or directory"), NotADirectoryError(20, "Not a directory"), IsADirectoryError(21, "Is a directory")])
def test_what_the_file_system_says_of_a_path_is_one_line(error: OSError, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        error.filename = "some/place"
        raise error

    with pytest.raises(SystemExit, match="3"):
        run_command(command)
    assert f"some/place cannot be read or written: {error.strerror}" in capsys.readouterr().err


def test_a_copy_that_finds_no_room_names_the_copy_and_not_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "the/source", None, "the/copy")

    with pytest.raises(SystemExit, match="3"):
        run_command(command)
    assert "error: the/copy cannot be read or written: No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        Exception("No space left on device (os error 28)"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_a_disk_that_fills_while_a_model_is_saved_costs_nothing_that_was_learnt(
    command: Command, base: str, corpus: Path, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    fit = ["training.fit", "--data", pairs, "--loss", "mnrl", "--base", base, "--steps", 1, "--out", tmp_path / "mine"]
    adapt = ["training.adapt", "--corpus", corpus, "--base", base, "--steps", 1, "--out", tmp_path / "adapted"]
    for arguments, target in ((fit, "mine"), (adapt, "adapted.run/trained")):
        with monkeypatch.context() as patch:
            patch.setattr(SentenceTransformer, "save", full)
            assert command(*arguments) == 3
        assert f"error: {tmp_path / target} cannot be written: " in (told := capsys.readouterr().err) and "add --resume" in told and "Traceback" not in told
        assert command(*arguments, "--resume", *(["--keep-anyway"] if arguments is adapt else [])) in (0, 6)


def test_a_disk_that_fills_is_told_and_another_error_is_not() -> None:
    with pytest.raises(Fault, match="mine cannot be written: .*os error 28.; make room, then add --resume"), saving(Path("mine"), "add --resume"):
        raise SafetensorError("I/O error: No space\n left on device (os error 28)")
    with pytest.raises(ValueError, match="odd"), saving(Path("mine"), "add --resume"):
        raise ValueError("odd")


def test_shorter_vectors_do_not_go_with_tsdae(said: Callable[..., str], base: str, corpus: Path, tmp_path: Path) -> None:
    text = tmp_path / "manual.txt"
    text.write_text("".join(f"To change the plan open page {number} of the account.\n" for number in range(20)))
    expected = "--matryoshka does not go with tsdae"
    assert expected in said("training.fit", "--text", text, "--loss", "tsdae", "--matryoshka", "16,8", "--base", base, "--out", tmp_path / "mine")
    adapt = ["training.adapt", "--corpus", corpus, "--text", text, "--text-loss", "tsdae", "--matryoshka", "16,8", "--base", base]
    assert expected in said(*adapt, "--out", tmp_path / "mine")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_that_a_library_makes_an_error_of_its_own_is_one_line(number: signal.Signals, capsys: pytest.CaptureFixture[str]) -> None:
    """numpy and scipy do so while they are imported."""

    def command() -> None:
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt:
            raise ImportError("initialization failed\n in two lines") from None

    before = signal.getsignal(number)
    with pytest.raises(SystemExit, match="130"):
        run_command(command)
    assert capsys.readouterr().err == "stopped: interrupted (ImportError: initialization failed in two lines)\n"
    assert signal.getsignal(number) is before


def test_an_error_that_nobody_interrupted_keeps_its_traceback() -> None:
    def command() -> None:
        raise ImportError("no such thing")

    with pytest.raises(ImportError, match="no such thing"):
        run_command(command)


@pytest.mark.parametrize("option", ["--corpus", "--text", "--feedback", "--licence", "--base"])
def test_paths_that_are_not_there_are_told_before_torch_is_loaded(base: str, corpus: Path, tmp_path: Path, option: str) -> None:
    program = "import sys, runpy\ntry:\n runpy.run_module('training.adapt', run_name='__main__')\nfinally:\n print('torch' in sys.modules)"
    given = {"--corpus": corpus, "--base": base, "--out": tmp_path / "out", option: tmp_path / "nowhere"}
    arguments = [str(part) for pair in given.items() for part in pair]
    ended = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "False\n")
    assert ended.stderr.startswith(f"error: {option} {tmp_path / 'nowhere'} ") and ended.stderr.count("\n") == 1


def test_a_base_without_its_parity_vectors_is_to_be_copied_again(
    said: Callable[..., str], command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("training.export", "--base", base, "--out", tmp_path / "model") == 0
    capsys.readouterr()  # The bar of the export.
    (tmp_path / "model" / "parity.json").unlink()
    line = said("training.adapt", "--corpus", corpus, "--base", tmp_path / "model", "--out", tmp_path / "mine")
    assert "lacks parity.json" in line and "copy the model folder again" in line and "make room" not in line


def test_a_list_under_question_was_meant_as_questions(said: Callable[..., str], base: str, corpus: Path, tmp_path: Path) -> None:
    changed = json.loads(corpus.read_text())
    changed["entries"][0]["question"] = changed["entries"][0].pop("questions")
    corpus.write_text(json.dumps(changed))
    assert "did you mean questions?" in said("training.adapt", "--corpus", corpus, "--base", base, "--out", tmp_path / "mine")


def test_the_licence_of_the_base_is_copied_unless_another_is_given(command: Command, base: str, corpus: Path, tmp_path: Path) -> None:
    licensed, other = tmp_path / "licensed", tmp_path / "other.txt"
    shutil.copytree(base, licensed)
    (licensed / "LICENSE").write_text("of the base")
    other.write_text("given")
    for name, options, expected in (("one", [], "of the base"), ("two", ["--licence", other], "given")):
        arguments = ["--corpus", corpus, "--base", licensed, "--out", tmp_path / name, "--steps", 1, "--keep-anyway", *options]
        assert command("training.adapt", *arguments) in (0, 6)
        assert (tmp_path / name / "LICENSE").read_text() == expected
        assert "see LICENSE" in (tmp_path / name / "README.md").read_text()
