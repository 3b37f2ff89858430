"""The int8 graph of a plain BERT, and what it is refused for."""

from pathlib import Path

import onnx
import pytest

from training.base.exported_weights import named_weights
from training.export.write_model import ExportRequest, write_model
from training.faults import Fault
from training.parity.graph_encoder import GraphEncoder
from training.tiny.hub_models import HUB_MODELS, save_hub_model

TEXTS = [f"{start} {end}" for start in ("where is", "how do i reset", "please cancel", "i lost") for end in ("my order", "my password", "the card", "it all")]


def test_products_run_in_whole_numbers_and_a_text_keeps_its_vector_in_a_batch(base: str, tmp_path: Path) -> None:
    write_model(ExportRequest(base, tmp_path / "fast", "fast", True, "int8", TEXTS))
    graph = onnx.load(str(tmp_path / "fast/onnx/model.onnx")).graph
    assert sum(node.op_type == "QuantizeLinear" for node in graph.node) == 4 * sum(node.op_type == "MultiHeadAttention" for node in graph.node)
    encoder = GraphEncoder(tmp_path / "fast")
    together = encoder.encode([*TEXTS, "a much longer text than any of the others here, so that all of them are padded"])
    alone = [encoder.encode([text])[0] for text in TEXTS]
    assert all((one == other).all() for one, other in zip(alone, together, strict=False))


def test_its_weights_can_be_read_back_for_training(base: str, tmp_path: Path) -> None:
    write_model(ExportRequest(base, tmp_path / "fast", "fast", True, "int8", TEXTS))
    names = named_weights(onnx.load(str(tmp_path / "fast/onnx/model.onnx")).graph)
    assert "encoder.layer.0.attention.self.query.weight" in names


def test_another_pooling_is_refused_by_name(tmp_path: Path) -> None:
    save_hub_model(HUB_MODELS["hub-distilbert-cls"], tmp_path, 20)
    with pytest.raises(Fault, match=r"model_type distilbert.*int8-stored"):
        write_model(ExportRequest(str(tmp_path / "saved"), tmp_path / "out", "out", True, "int8", TEXTS))
