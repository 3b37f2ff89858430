"""Exports of models with prompts and Dense layers."""

import json
from pathlib import Path

import pytest

from training.base.open_base import base_folder, open_model
from training.export.write_model import ExportRequest, write_model
from training.faults import Fault
from training.tiny.hub_models import DENSE_OUT, HUB_MODELS, save_hub_model

TEXTS = ["where is my order", "how do i reset my password", "hi"]


def export(name: str, room: Path, pooled: bool = True) -> Path:
    save_hub_model(HUB_MODELS[name], room, 20)
    write_model(ExportRequest(str(room / "saved"), room / name, name, pooled, "float32", TEXTS))
    return room / name


def test_a_dense_layer_goes_into_the_graph_and_its_prompt_into_the_folder(tmp_path: Path) -> None:
    # write_model itself holds the graph to sentence-transformers on every text, prompt included.
    folder = export("hub-bert-dense", tmp_path)
    manifest = json.loads((folder / "faqmatch.json").read_text())
    assert manifest["dimension"] == DENSE_OUT
    assert {"2_Dense/config.json", "config_sentence_transformers.json"} <= manifest["files"].keys()


def test_a_model_without_prompts_keeps_its_digest_free_of_them(tmp_path: Path) -> None:
    folder = export("hub-mpnet", tmp_path)
    assert not (folder / "config_sentence_transformers.json").exists()


def test_a_dense_layer_outside_the_graph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="leave out --no-pooling"):
        export("hub-bert-dense", tmp_path, pooled=False)


def test_a_prompt_that_pooling_leaves_out_is_refused(tmp_path: Path) -> None:
    save_hub_model(HUB_MODELS["hub-distilbert-cls"], tmp_path, 20)
    path = tmp_path / "saved/1_Pooling/config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "include_prompt": False}))
    with pytest.raises(Fault, match="out of the mean"):
        write_model(ExportRequest(str(tmp_path / "saved"), tmp_path / "out", "out", True, "float32", TEXTS))


def test_an_exported_folder_keeps_its_prompts_when_it_is_exported_anew(tmp_path: Path) -> None:
    first = export("hub-distilbert-cls", tmp_path)
    with base_folder(str(first)) as folder:
        write_model(ExportRequest(str(folder), tmp_path / "anew", "anew", True, "float32", TEXTS))
        with pytest.raises(Fault, match="prompts before texts"):
            open_model(folder, "cpu")
    name = "config_sentence_transformers.json"
    assert (tmp_path / "anew" / name).read_bytes() == (first / name).read_bytes()
