"""Files that are there and hold something odd: one line that names them, and no traceback."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from training.domain_sets.__main__ import pair_of
from training.faults import Fault
from training.mining.feedback import read_feedback
from training.packed.bert import PackedBert
from training.parity.sample_texts import draw_texts
from training.pooling.question_sets import read_lines
from training.shipped.learn import save
from training.shipped.ship import read_weights, require_whole
from training.texts.faq_corpus import read_corpus
from training.texts.rows import read_rows

Command = Callable[..., int]

HALF = '{"a": "half \\ud800", "b": "x", "utterance": "half \\ud800", "entry_id": "x", "correct": true, "text": "half \\ud800", "intent": "i", "kind": "qa"}'
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(("line", "said"), [(HALF, r"half a surrogate pair \('\\ud800'\)"), (DEEP, "nested too deep")], ids=["half", "deep"])
def test_half_characters_and_deep_nesting_are_named_with_their_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text(line)
    for read in (read_rows, read_corpus, read_lines, lambda file: read_feedback(file, []), lambda file: draw_texts([file], 1, 1), lambda file: pair_of(file.read_text(), f"{file}:1")):
        with pytest.raises(Fault, match=said) as thrown:
            read(path)
        assert "odd.jsonl" in str(thrown.value)


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_a_deep_corpus_is_named(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"faq.{ending}").write_text("[" * 5_000 + "]" * 5_000)
    with pytest.raises(Fault, match=r"--corpus .*faq\..* (nested too deep|maximum nesting depth)"):
        read_corpus(tmp_path / f"faq.{ending}")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("modules.json", '{"0": {"type": "Transformer"}}', r"modules.json: expected a list of modules"),
        ("modules.json", "[1]", r"modules.json: expected a list of modules"),
        ("sentence_bert_config.json", "{}", r'sentence_bert_config.json: expected int in "max_seq_length", found nothing'),
        ("sentence_bert_config.json", "[]", r"sentence_bert_config.json holds \[\]; expected a JSON object"),
        ("1_Pooling/config.json", '{"pooling_mode_mean_tokens": true}', r'config.json: expected int in "word_embedding_dimension"'),
        ("config_sentence_transformers.json", "[]", r"config_sentence_transformers.json holds \[\]"),
        ("sentence_bert_config.json", DEEP, "is not JSON"),
    ],
)
def test_a_base_with_an_odd_file_is_named(command: Command, base: str, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, said: str) -> None:
    shutil.copytree(base, tmp_path / "odd")
    (tmp_path / "odd" / file).write_text(text)
    for arguments in (["training.fit", "--data", pairs, "--loss", "mnrl", "--steps", 1], ["training.export"]):
        assert command(*arguments, "--base", tmp_path / "odd", "--out", tmp_path / "out") == 3
        error = capsys.readouterr().err
        assert error.startswith("error: ") and error.count("\n") == 1
        assert re.search(said, error)


@pytest.fixture(scope="module")
def graph(base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported folder, not to be changed."""
    from training.export.parity_texts import PARITY_TEXTS
    from training.export.write_model import ExportRequest, write_model

    out = tmp_path_factory.mktemp("exported") / "graph"
    write_model(ExportRequest(base, out, "graph", True, "float32", PARITY_TEXTS))
    return out


def test_a_model_folder_with_an_odd_file_is_named(command: Command, base: str, graph: Path, pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, odd = tmp_path / "texts.txt", tmp_path / "odd"
    texts.write_text("where is my order\n")
    parity = ["training.parity", "--texts", texts, "--base", base, "--model", odd]
    fit = ["training.fit", "--data", pairs, "--loss", "mnrl", "--steps", 1, "--base", odd, "--out", tmp_path / "out"]
    manifest = json.loads((graph / "faqmatch.json").read_text())
    for arguments, file, content, said in (
        (parity, "faqmatch.json", "{}", 'faqmatch.json: expected int in "dimension", found nothing'),
        (fit, "faqmatch.json", "{}", 'faqmatch.json: expected int in "dimension", found nothing'),
        (fit, "faqmatch.json", json.dumps({**manifest, "graph": {}}), 'expected "file" and "pooled" in "graph"'),
        (parity, "onnx/model.onnx", None, "model.onnx is not there"),
        (parity, "onnx/model.onnx", "cut", "model.onnx cannot be loaded"),
        (parity, "tokenizer.json", None, "tokenizer.json is not there"),
        (parity, "tokenizer.json", "{", "tokenizer.json cannot be loaded"),
        (parity, "faqmatch.json", json.dumps({**manifest, "dimension": 99}), "vectors of 99 numbers"),
    ):
        shutil.copytree(graph, odd)
        (odd / file).unlink()
        if content is not None:
            (odd / file).write_text(content)
        assert command(*arguments) == 3, (file, content)
        error = capsys.readouterr().err
        assert said in error and error.startswith("error: ") and error.count("\n") == 1
        shutil.rmtree(odd)


@pytest.mark.parametrize(
    ("module", "option", "value"),
    [("training.parity", "--count", -1), ("training.parity", "--count", 0), ("training.parity", "--seed", -1), ("training.domain_sets", "--entries", -1), ("training.domain_sets", "--passages", 0)],
)
def test_counts_below_one_are_refused(command: Command, tmp_path: Path, module: str, option: str, value: int) -> None:
    given = {"training.parity": ["--model", tmp_path, "--texts", tmp_path], "training.domain_sets": ["--train-data", tmp_path, "--out", tmp_path]}[module]
    assert command(module, *given, f"{option}={value}") == 2


@pytest.mark.parametrize(("text", "said"), [("no json\n", "set.jsonl:1 is not JSON"), ("\n[]\n", r"set.jsonl:2 expected a JSON object"), ("", "holds no row"), ('{"text": 5}\n', "holds no row")])
def test_a_public_set_with_an_odd_line_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "set.jsonl").write_text(text)
    with pytest.raises(Fault, match=said):
        read_lines(tmp_path / "set.jsonl")


def test_a_row_of_training_text_that_is_none_is_named() -> None:
    with pytest.raises(Fault, match=r'x:3 expected text in "a", "b" and "kind"'):
        pair_of('{"a": 1}', "x:3")


def test_weights_with_a_part_left_out_are_refused(tmp_path: Path) -> None:
    bert = PackedBert(layers=2)
    bert.load_state_dict({name: torch.zeros_like(value) for name, value in bert.state_dict().items()})
    save(bert, tmp_path / "run")
    parts = sorted(tmp_path.glob("run.*.npz"))
    assert len(parts) > 1
    require_whole(read_weights(parts), 2)
    for left_out in parts:
        with pytest.raises(Fault, match="give every part|give every .npz part"):
            require_whole(read_weights([part for part in parts if part != left_out]), 2)
    with pytest.raises(Fault, match="nowhere.npz is not a file"):
        read_weights([tmp_path / "nowhere.npz"])
    (tmp_path / "cut.npz").write_bytes(parts[0].read_bytes()[:2000])
    with pytest.raises(Fault, match="cut.npz cannot be read"):
        read_weights([tmp_path / "cut.npz"])
