"""The commands from their arguments to the folders they leave."""

import json
import os
import shutil
import signal
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from training.adapt import adapt_base
from training.adapt.lessons import pair_settings
from training.adapt.measure import Measured
from training.base.open_base import base_folder, open_model
from training.faults import Fault
from training.learning.encode import Encode
from training.losses import table
from training.losses.false_negatives import false_negatives
from training.parity.graph_encoder import GraphEncoder
from training.tests.conftest import FORMS
from training.texts.held_out import HeldOut

Command = Callable[..., int]


def parity(folder: Path) -> float:
    """Least cosine of a model folder to its own parity vectors."""
    kept = json.loads((folder / "parity.json").read_text())
    return float((GraphEncoder(folder).encode(kept["texts"]) * np.array(kept["vectors"])).sum(axis=1).min())


@pytest.fixture
def lucky(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Makes the two measurings of an adapt come out as wanted: ranks of all questions before and after."""

    def arrange(before: float, after: float) -> None:
        ranks = iter((before, after) * 4)
        monkeypatch.setattr(adapt_base, "measure", lambda _, held_out: Measured(np.full(len(held_out.questions), next(ranks))))

    return arrange


def test_fit_writes_a_folder_that_export_takes(command: Command, base: str, pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    assert command("training.fit", "--data", pairs, "--loss", "mnrl", "--base", base, "--out", out, "--steps", 3, "--matryoshka", "16,8") == 0
    assert len(json.loads((out / "training.json").read_text())["losses"]) == 3
    assert "<svg" in (out / "loss.svg").read_text()
    assert command("training.export", "--base", out, "--out", tmp_path / "model", "--weights", "float16") == 0
    assert parity(tmp_path / "model") > 0.999
    assert not (tmp_path / "mine.run").exists()


def test_fit_distils_a_teacher(command: Command, base: str, pairs: Path, tmp_path: Path) -> None:
    for loss in ("margin-mse", "embedding-mse"):
        options = ["--data", pairs, "--loss", loss, "--base", base, "--out", tmp_path / loss, "--steps", 2]
        assert command("training.fit", *options) == 3
        assert command("training.fit", *options, "--teacher", base) == 0


def test_fit_refuses_data_of_the_wrong_kind_and_bases_that_are_no_encoder(
    command: Command, base: str, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: object) -> str:
        assert command("training.fit", *arguments, "--out", tmp_path / "out", "--steps", 1) == 3
        return capsys.readouterr().err

    assert "learns from text" in said("--data", pairs, "--loss", "simcse", "--base", base)
    assert "neither a folder nor an installed package" in said("--data", pairs, "--loss", "mnrl", "--base", "nowhere")
    assert "lacks modules.json" in said("--data", pairs, "--loss", "mnrl", "--base", tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(base, broken)
    (broken / "model.safetensors").write_bytes(b"cut")
    assert "cannot load the base" in said("--data", pairs, "--loss", "mnrl", "--base", broken)
    prompted = tmp_path / "prompted"
    shutil.copytree(base, prompted)
    (prompted / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "query: ", "document": ""}}))
    assert "prompts before texts (query)" in said("--data", pairs, "--loss", "mnrl", "--base", prompted)
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.run").exists()


def test_mining_writes_rows_that_fit_reads(command: Command, base: str, corpus: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    assert command("training.mining", "--corpus", corpus, "--base", base, "--out", rows, "--margin", 0, "--relative", 1) == 0
    assert any("neg" in json.loads(line) for line in rows.read_text().splitlines())
    assert command("training.fit", "--data", rows, "--loss", "mnrl-cached", "--base", base, "--out", tmp_path / "m", "--steps", 2, "--batch", 64) == 0


def test_adapt_writes_a_whole_model_with_card_digest_and_report(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None]
) -> None:
    lucky(2.0, 1.0)
    text = tmp_path / "manual.txt"
    text.write_text("".join(f"To change the plan open page {number} of the account.\n" for number in range(20)))
    out = tmp_path / "models" / "mine"
    arguments = ["--corpus", corpus, "--text", text, "--base", base, "--out", out, "--steps", 3, "--text-steps", 2]
    assert command("training.adapt", *arguments) == 0
    assert parity(out) > 0.99
    assert json.loads((out / "faqmatch.json").read_text())["digest"] in (out / "README.md").read_text()
    report = json.loads((tmp_path / "models" / "mine.report.json").read_text())
    assert (report["before_first"], report["after_first"], report["better"]) == (0.0, 1.0, True)
    assert {name: len(losses) for name, losses in report["losses"].items()} == {"simcse-crop": 2, "mnrl": 3}
    page, card = (tmp_path / "models" / "mine.report.html").read_text(), (out / "README.md").read_text()
    assert page.count("<svg") == 2
    assert "by cosine is of the right intent" in report["measured"] and f"--model {out} --against-with model=" in report["measure_service"]
    for told in (page, card):
        assert report["measured"] in told and "P@1 by cosine" in told and "faqmatch eval" in told
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["mine", "mine.report.html", "mine.report.json"]


def test_adapt_refuses_a_model_that_is_not_better_until_told_to_keep_it(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    lucky(1.0, 1.0)
    arguments = ["--corpus", corpus, "--base", base, "--out", tmp_path / "mine", "--steps", 2]
    assert command("training.adapt", *arguments) == 6
    assert "not better" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists() and (tmp_path / "mine.report.json").exists()
    assert command("training.adapt", *arguments) == 3
    assert "holds a finished run that was refused; kept for --keep-anyway" in capsys.readouterr().err
    assert command("training.adapt", *arguments, "--resume", "--keep-anyway") == 6
    assert "not better than its base" in (tmp_path / "mine" / "README.md").read_text()
    assert not (tmp_path / "mine.run").exists()


def test_adapt_without_labels_learns_from_text_alone(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None]
) -> None:
    lucky(2.0, 1.0)
    text = tmp_path / "manual.txt"
    text.write_text("".join(f"To change the plan open page {number} of the account.\n" for number in range(20)))
    assert command("training.adapt", "--corpus", corpus, "--base", base, "--out", tmp_path / "m", "--no-labels") == 2
    options = ["--text", text, "--text-loss", "tsdae", "--text-steps", 2]
    assert command("training.adapt", "--corpus", corpus, "--base", base, "--out", tmp_path / "m", "--no-labels", *options) == 0
    assert list(json.loads((tmp_path / "m.report.json").read_text())["losses"]) == ["tsdae"]


def test_adapt_never_overwrites_what_is_no_model(command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None]) -> None:
    lucky(2.0, 1.0)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_text("x")
    assert command("training.adapt", "--corpus", corpus, "--base", base, "--out", tmp_path / "photos", "--steps", 1) == 3
    assert (tmp_path / "photos" / "one.jpg").read_text() == "x"


@pytest.mark.parametrize("stored", ["float32", "int8-stored"])
def test_an_exported_folder_can_be_trained_on(command: Command, base: str, tmp_path: Path, stored: str) -> None:
    out = tmp_path / "model"
    assert command("training.export", "--base", base, "--out", out, "--weights", stored) == 0
    with base_folder(str(out)) as folder:
        weights = open_model(folder, "cpu").state_dict()
    before = open_model(Path(base), "cpu").state_dict()
    for name, value in before.items():
        if "pooler" not in name:
            assert torch.allclose(weights[name], value, atol=1e-7 if stored == "float32" else 0.02), name
    with base_folder(str(out)) as first, base_folder(str(out)) as second:
        assert (first / "model.safetensors").read_bytes() == (second / "model.safetensors").read_bytes()


def test_a_run_on_an_exported_folder_is_taken_up_again(command: Command, base: str, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model"
    assert command("training.export", "--base", base, "--out", model) == 0
    arguments = ["--base", model, "--data", pairs, "--loss", "mnrl", "--steps", 2, "--batch", 4, "--out", tmp_path / "mine"]
    with monkeypatch.context() as broken:
        broken.setattr("training.fit.fit_base.loss_picture", lambda *_: (_ for _ in ()).throw(Fault("no room")))
        assert command("training.fit", *arguments) == 3
    assert (tmp_path / "mine.run" / "fit.pt").is_file()
    assert command("training.fit", *arguments, "--resume") == 0


def test_a_run_is_not_taken_up_with_another_teacher_or_pooling(
    command: Command, base: str, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both have the base's weights, so that these alone do not tell them apart."""
    cls, other = tmp_path / "cls", tmp_path / "other"
    shutil.copytree(base, cls)
    pooling = json.loads((cls / "1_Pooling/config.json").read_text())
    (cls / "1_Pooling/config.json").write_text(json.dumps({**pooling, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}))
    assert command("training.fit", "--base", base, "--data", pairs, "--loss", "mnrl", "--steps", 1, "--out", other) == 0

    def arguments(base_name: object, teacher: object) -> list[object]:
        return ["--data", pairs, "--loss", "margin-mse", "--steps", 1, "--out", tmp_path / "mine", "--base", base_name, "--teacher", teacher]

    with monkeypatch.context() as broken:
        broken.setattr("training.fit.fit_base.loss_picture", lambda *_: (_ for _ in ()).throw(Fault("no room")))
        assert command("training.fit", *arguments(base, base)) == 3
    capsys.readouterr()
    for base_name, teacher in ((base, other), (base, cls), (cls, base)):
        assert command("training.fit", *arguments(base_name, teacher), "--resume") == 3
        assert "is of a run with other data, settings, base or teacher" in capsys.readouterr().err
    assert command("training.fit", *arguments(base, base), "--resume") == 0
    told = json.loads((tmp_path / "mine/training.json").read_text())
    assert (told["base"], told["teacher"], told["data"]) == ("base", "base", "pairs.jsonl")


def test_a_base_whose_file_was_changed_is_refused(command: Command, base: str, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "model"
    assert command("training.export", "--base", base, "--out", model) == 0
    tokenizer = model / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text() + "\n")
    assert command("training.fit", "--base", model, "--data", pairs, "--loss", "mnrl", "--steps", 1, "--out", tmp_path / "mine") == 3
    assert "tokenizer.json is not what faqmatch.json says" in capsys.readouterr().err


def test_an_out_that_holds_other_work_is_refused_before_anything_is_learnt(
    command: Command, base: str, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_text("x")
    assert command("training.fit", "--base", base, "--data", pairs, "--loss", "mnrl", "--steps", 1, "--out", tmp_path / "photos") == 3
    assert "holds something that this command did not write (it has no training.json)" in capsys.readouterr().err
    assert not (tmp_path / "photos.run").exists()


def test_a_model_that_luck_may_explain_is_refused_and_says_so_everywhere(
    command: Command, base: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = iter((3, 1) * 2)

    def ranks(_: object, held_out: HeldOut) -> Measured:
        found = np.ones(len(held_out.questions))
        found[: next(wrong)] = 2.0
        return Measured(found)

    monkeypatch.setattr(adapt_base, "measure", ranks)
    arguments = ["--corpus", corpus, "--base", base, "--out", tmp_path / "mine", "--steps", 1]
    said = "not distinguishable from its base on 24 held-out questions (2 won, 0 lost, sign test p 0.5)"
    assert command("training.adapt", *arguments) == 6
    assert said in capsys.readouterr().err
    page = (tmp_path / "mine.report.html").read_text()
    assert said in page and "<h1>Not better than its base</h1>" in page and "More held-out questions" in page
    assert command("training.adapt", *arguments, "--resume", "--keep-anyway") == 6
    assert said in (tmp_path / "mine" / "README.md").read_text()


@pytest.mark.parametrize("exported", [True, False])
def test_the_base_is_measured_as_the_service_runs_it(
    command: Command, base: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exported: bool
) -> None:
    """An exported base by its own graph; another by the graph that an export with the same --weights gives."""
    assert command("training.export", "--base", base, "--out", tmp_path / "graph", "--weights", "int8-stored") == 0
    wanted, seen = GraphEncoder(tmp_path / "graph").encode(["where is my order"]), []

    def look(encode: Encode, held_out: HeldOut) -> Measured:
        seen.append(encode(["where is my order"]))
        return Measured(np.ones(len(held_out.questions)))

    monkeypatch.setattr(adapt_base, "measure", look)
    name, weights = (tmp_path / "graph", "float32") if exported else (base, "int8-stored")
    assert command("training.adapt", "--corpus", corpus, "--base", name, "--weights", weights, "--out", tmp_path / "mine", "--steps", 1) == 6
    assert (seen[0] == wanted).all()


def test_a_run_is_not_taken_up_with_other_data_than_it_learned_from(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    lucky(1.0, 1.0)
    feedback, other = tmp_path / "feedback.jsonl", tmp_path / "other.json"
    feedback.write_text(json.dumps({"utterance": "am i broke", "entry_id": "bank", "correct": True}) + "\n")
    changed = json.loads(corpus.read_text())
    changed["entries"][0]["questions"][0] = "whatever has become of it"
    other.write_text(json.dumps(changed))
    options = ["--base", base, "--out", tmp_path / "mine", "--steps", 1]
    assert command("training.adapt", "--corpus", corpus, *options) == 6
    for asked in (["--corpus", other], ["--corpus", corpus, "--held-out", 0.4], ["--corpus", corpus, "--feedback", feedback]):
        capsys.readouterr()
        assert command("training.adapt", *asked, *options, "--resume", "--keep-anyway") == 3
        assert "read another --corpus" in capsys.readouterr().err
    assert command("training.adapt", "--corpus", corpus, *options, "--resume", "--keep-anyway") == 6
    assert (tmp_path / "mine").is_dir()


def test_adapt_learns_no_passage_that_holds_a_question_kept_aside(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    lucky(2.0, 1.0)
    text, questions = tmp_path / "manual.txt", [question for entry in json.loads(corpus.read_text())["entries"] for question in entry["questions"]]
    plain = [f"To change the plan open page {number} of the account.\n" for number in range(20)]
    text.write_text("".join([*plain, *(f"Some users say: {question} and then wait.\n" for question in questions)]))
    assert command("training.adapt", "--corpus", corpus, "--text", text, "--base", base, "--out", tmp_path / "mine", "--steps", 1, "--text-steps", 1) == 0
    settings = json.loads((tmp_path / "mine.report.json").read_text())["settings"]
    assert (settings["passages"], settings["passages_left_out"]) == (20 + 96 - 24, 24)
    assert "24 of 116 passages left out" in capsys.readouterr().out
    assert "24 left out" in (tmp_path / "mine" / "README.md").read_text()


def test_adapt_tells_what_became_of_the_feedback(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    lucky(2.0, 1.0)
    lines = [
        {"utterance": "am i broke", "entry_id": "bank", "correct": True},
        {"utterance": "old", "entry_id": "gone", "correct": True},
        {"utterance": "sing", "entry_id": "bank", "correct": False},
        {"utterance": "dance", "entry_id": "bank", "correct": False},
        *({"utterance": form.format("bank"), "entry_id": "bank", "correct": True} for form in FORMS),
    ]
    log = tmp_path / "feedback.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "mine"
    assert command("training.adapt", "--corpus", corpus, "--feedback", log, "--base", base, "--out", out, "--steps", 1, "--held-out", 0.6) == 0
    settings = json.loads((tmp_path / "mine.report.json").read_text())["settings"]
    assert settings["feedback_used"] + settings["feedback_held_out"] == 7 and settings["feedback_held_out"] > 0
    assert (settings["feedback_unknown"], settings["feedback_without_label"]) == (1, 2)
    assert f"feedback: {settings['feedback_used']} pairs used; passed over: 1 lines" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_export_keeps_the_run_and_no_temporary_folder(
    command: Command, base: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    model, temporary = tmp_path / "model", tmp_path / "tmp"
    temporary.mkdir()
    assert command("training.export", "--base", base, "--out", model) == 0
    arguments = ["--corpus", corpus, "--base", model, "--out", tmp_path / "mine", "--steps", 1]
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        patch.setattr("training.export.write_model.trace_graph", lambda *_: os.kill(os.getpid(), number))
        assert command("training.adapt", *arguments) == 130
    assert "--resume goes on" in capsys.readouterr().err
    assert list(temporary.iterdir()) == [] and (tmp_path / "mine.run" / "pairs.pt").is_file()
    assert not [path for path in (tmp_path / "mine.run").iterdir() if path.name.startswith(".")]
    assert command("training.adapt", *arguments, "--resume", "--keep-anyway") in (0, 6)
    assert (tmp_path / "mine").is_dir()


def test_a_signal_before_any_checkpoint_leaves_nothing(
    command: Command, base: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(adapt_base, "pair_rows", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    assert command("training.adapt", "--corpus", corpus, "--base", base, "--out", tmp_path / "mine", "--steps", 1) == 130
    assert "before there was anything to keep" in capsys.readouterr().err
    assert not (tmp_path / "mine.run").exists()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_exported_folder_can_be_exported_anew_in_another_form(command: Command, base: str, tmp_path: Path) -> None:
    assert command("training.export", "--base", base, "--out", tmp_path / "stored", "--weights", "int8-stored") == 0
    assert command("training.export", "--base", tmp_path / "stored", "--out", tmp_path / "float", "--weights", "float32") == 0
    one, other = (GraphEncoder(tmp_path / name).encode(["where is my order"]) for name in ("stored", "float"))
    assert float((one * other).sum()) > 0.99999


def test_adapt_knows_the_intents_of_texts_that_are_in_no_pair(
    command: Command, base: str, corpus: Path, tmp_path: Path, lucky: Callable[[float, float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    lucky(2.0, 1.0)
    entries = json.loads(corpus.read_text())["entries"]
    corpus.write_text(json.dumps({"entries": [*entries, {"id": "lone", "intent": "about_tax", "questions": ["quite alone"]}]}))
    seen = []
    monkeypatch.setattr(table, "false_negatives", lambda rows, groups: seen.append(groups) or false_negatives(rows, groups))
    assert command("training.adapt", "--corpus", corpus, "--base", base, "--out", tmp_path / "mine", "--steps", 1) == 0
    assert seen[0]["quite alone"] == {"about_tax"}


@pytest.mark.parametrize(
    ("rows", "steps", "epochs", "expected"),
    [(8, None, None, 60), (960, None, None, 60), (1600, None, None, 100), (9000, None, None, 400), (176, None, 2, 11), (8, None, 1, 1), (9000, None, 9, 400), (8, 3, None, 3), (8, 500, 2, 500)],
)
def test_pairs_are_learned_from_in_60_to_400_steps_unless_asked_otherwise(rows: int, steps: int | None, epochs: int | None, expected: int) -> None:
    chosen = Namespace(steps=steps, epochs=epochs, batch=32, rate=None, tokens=64, seed=7, matryoshka=())
    assert pair_settings(chosen, rows).steps == expected
