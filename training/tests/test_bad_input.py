"""Bad input is one line and exit code 3 (2 for an option), said before any work is done, and leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.faults import run_command

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


def test_shorter_vectors_do_not_go_with_tsdae(said: Callable[..., str], base: str, corpus: Path, tmp_path: Path) -> None:
    text = tmp_path / "manual.txt"
    text.write_text("".join(f"To change the plan open page {number} of the account.\n" for number in range(20)))
    expected = "--matryoshka does not go with tsdae"
    assert expected in said("training.fit", "--text", text, "--loss", "tsdae", "--matryoshka", "16,8", "--base", base, "--out", tmp_path / "mine")
    adapt = ["training.adapt", "--corpus", corpus, "--text", text, "--text-loss", "tsdae", "--matryoshka", "16,8", "--base", base]
    assert expected in said(*adapt, "--out", tmp_path / "mine")
