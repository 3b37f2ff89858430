"""What a refused adaptation leaves, what it says to do next, and that it never stands in the way of another try."""

import json
import shutil
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.adapt import adapt_base
from training.adapt.measure import Measured
from training.adapt.next_steps import in_shell, judge_line, use_line

Command = Callable[..., int]


@pytest.fixture(autouse=True)
def never_better(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model finds all, so none is better than another."""
    monkeypatch.setattr(adapt_base, "measure", lambda _, held_out: Measured(np.ones(len(held_out.questions))))


def test_other_settings_or_data_replace_a_refused_run(command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--corpus", corpus, "--base", base, "--out", tmp_path / "mine"]
    assert command("training.adapt", *arguments, "--steps", 1) == 6
    assert command("training.adapt", *arguments, "--steps", 2) == 6
    assert "finished run that was refused; kept for --keep-anyway. This run has other settings or data and replaces it" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "mine.report.json").read_text())["losses"]["mnrl"]) == 2
    corpus.write_text(corpus.read_text().replace("where is my", "have you seen my"))
    assert command("training.adapt", *arguments, "--steps", 2) == 6
    assert "replaces it" in capsys.readouterr().out
    assert command("training.adapt", *arguments, "--steps", 2, "--resume", "--keep-anyway") == 6
    assert "kept as asked" in capsys.readouterr().err and (tmp_path / "mine" / "faqmatch.json").is_file()


def test_a_refused_run_with_the_same_settings_and_data_stays(command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Training again could only end the same; --keep-anyway without --resume must not lose what it asks to keep."""
    arguments = ["--corpus", corpus, "--base", base, "--out", tmp_path / "mine", "--steps", 1]
    assert command("training.adapt", *arguments) == 6
    capsys.readouterr()
    assert command("training.adapt", *arguments, "--keep-anyway", "--threads", 1) == 3
    assert "add --resume --keep-anyway to have the model" in capsys.readouterr().err
    assert (tmp_path / "mine.run" / "pairs.pt").is_file()


def test_a_wrong_base_or_corpus_costs_no_refused_run(command: Command, base: str, corpus: Path, tmp_path: Path) -> None:
    out = ["--out", tmp_path / "mine", "--steps", 1]
    assert command("training.adapt", "--corpus", corpus, "--base", base, *out) == 6
    assert command("training.adapt", "--corpus", corpus, "--base", "nowhere", *out) == 3
    assert command("training.adapt", "--corpus", tmp_path / "nowhere.yaml", "--base", base, *out) == 3
    assert command("training.adapt", "--corpus", corpus, "--base", base, *out, "--resume", "--keep-anyway") == 6
    assert (tmp_path / "mine").is_dir() and not (tmp_path / "mine.run").exists()


def test_resuming_with_other_settings_names_a_way_that_leads_on(command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--corpus", corpus, "--base", base, "--out", tmp_path / "mine"]
    assert command("training.adapt", *arguments, "--steps", 1) == 6
    assert command("training.adapt", *arguments, "--steps", 2, "--resume") == 3
    assert f"remove the folder {tmp_path / 'mine.run'} to start anew" in capsys.readouterr().err


@pytest.mark.parametrize("exported", [True, False])
def test_the_refusal_names_two_folders_that_the_service_can_compare(
    command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], exported: bool
) -> None:
    """A base without a graph is compared by the export it was measured with."""
    graph, run = tmp_path / "graph", tmp_path / "mine.run"
    if exported:
        assert command("training.export", "--base", base, "--out", graph) == 0
    assert command("training.adapt", "--corpus", corpus, "--base", graph if exported else base, "--out", tmp_path / "mine", "--steps", 1) == 6
    before = graph if exported else run / "base"
    assert f"faqmatch eval {corpus} --golden <file> --model {run / 'model'} --against-with model={before}" in capsys.readouterr().err
    for folder in (run / "model", before):
        assert (folder / "onnx" / "model.onnx").is_file() and (folder / "faqmatch.json").is_file()


def test_lines_to_go_on_with_name_relative_folders_as_the_service_takes_them() -> None:
    assert use_line(Path("models/x")) == use_line(Path("./models/x")) == "FAQMATCH_MODEL=./models/x faqmatch serve"
    assert [in_shell(path) for path in ("/a/x", "../x", ".hidden/x", "my models/x")] == ["/a/x", "../x", "./.hidden/x", "'./my models/x'"]
    said = judge_line(Namespace(corpus=Path("faq.yaml")), Path("m.run/model"), Path("models/base"))
    assert said == "faqmatch eval ./faq.yaml --golden <file> --model ./m.run/model --against-with model=./models/base"
    assert judge_line(Namespace(corpus=Path("faq.yaml")), Path("m"), None).endswith("--model ./m --against-with model=<its base, exported by training.export>")


def test_the_endings_of_kept_models_name_the_line_to_use_them(
    command: Command, base: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["--corpus", corpus, "--base", base, "--steps", 1, "--out"]
    assert command("training.adapt", *arguments, "kept", "--keep-anyway") == 6
    assert "kept as asked: kept. Use it with: FAQMATCH_MODEL=./kept faqmatch serve" in capsys.readouterr().err
    found = iter((2.0, 1.0))
    monkeypatch.setattr(adapt_base, "measure", lambda _, held_out: Measured(np.full(len(held_out.questions), next(found))))
    assert command("training.adapt", *arguments, tmp_path / "better") == 0
    said, graph = capsys.readouterr().out, tmp_path / "graph"
    assert "P@1 by cosine 0.000 before, 1.000 after on" in said and "exported by training.export>\nUse it with" in said
    assert command("training.export", "--base", base, "--out", graph) == 0
    found = iter((2.0, 1.0))
    assert command("training.adapt", "--corpus", corpus, "--base", graph, "--steps", 1, "--out", tmp_path / "best") == 0
    judge = f"faqmatch eval {corpus} --golden <file> --model {tmp_path / 'best'} --against-with model={graph}"
    assert f"; {tmp_path / 'best'}\nTo measure the whole service with both models, on a file of labelled utterances: {judge}\nUse it with:" in capsys.readouterr().out
    assert said.endswith(f"\nUse it with: FAQMATCH_MODEL={tmp_path / 'better'} faqmatch serve\n")


def test_fit_and_export_replace_neither_the_base_nor_what_they_did_not_write(
    command: Command, base: str, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub, graph, fitted = tmp_path / "hub", tmp_path / "graph", tmp_path / "fitted"
    shutil.copytree(base, hub)
    assert command("training.export", "--base", base, "--out", graph) == 0
    fit = ["training.fit", "--data", pairs, "--loss", "mnrl", "--steps", 1, "--base"]
    assert [command(*fit, hub, "--out", fitted), command(*fit, hub, "--out", fitted)] == [0, 0]
    before = {path: path.read_bytes() for folder in (hub, graph, fitted) for path in folder.rglob("*") if path.is_file()}
    capsys.readouterr()
    for arguments, said in (
        ([*fit, hub, "--out", hub], "is the base itself"),
        ([*fit, graph, "--out", graph], "is the base itself"),
        ([*fit, fitted, "--out", fitted], "is the base itself"),
        (["training.export", "--base", graph, "--out", graph], "is the base itself"),
        ([*fit, base, "--out", hub], "it has no training.json"),
        ([*fit, base, "--out", graph], "it has no training.json"),
        (["training.export", "--base", base, "--out", fitted], "it has no faqmatch.json"),
    ):
        assert command(*arguments) == 3
        assert said in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before


def test_an_out_that_is_the_base_or_a_finished_model_is_refused_and_its_report_stays(
    command: Command, base: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph, link, report = tmp_path / "graph", tmp_path / "link", tmp_path / "graph.report.json"
    assert command("training.export", "--base", base, "--out", graph) == 0
    link.symlink_to(graph)
    report.write_text("of the finished one")
    for name, out, said in ((base, graph, "is a finished model folder; give another path, or remove"), (graph, graph, "is the base itself"), (graph, link, "is the base itself")):
        assert command("training.adapt", "--corpus", corpus, "--base", name, "--out", out, "--steps", 1, "--keep-anyway") == 3
        assert said in capsys.readouterr().err
    assert report.read_text() == "of the finished one" and not (tmp_path / "graph.run").exists()
