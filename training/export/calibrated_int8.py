"""A sentence-transformers BERT → the int8 graph, its scales taken from texts and not learnt: twice as fast as float32, a little less exact."""

import numpy as np
import onnx
import torch
from sentence_transformers import SentenceTransformer

from training.export.base_folder import BaseFolder, read_json
from training.export.int8_graph import BertShape, int8_graph
from training.faults import Fault
from training.packed.bert import PackedBert, load_state
from training.packed.calibrate import calibrate
from training.packed.texts import Texts, pack_texts

LEAST_TEXTS = 16
MOST_TEXTS = 512
"""Texts drawn, twice over: a minute of one core where they are long."""


def oddities(base: BaseFolder, config: dict) -> str:
    """What of the base the int8 graph cannot say, in words; empty where it can say all."""
    odd = {
        "model_type": config.get("model_type") != "bert" and config.get("model_type"),
        "hidden_act": config.get("hidden_act") != "gelu" and config.get("hidden_act"),
        "position_embedding_type": config.get("position_embedding_type", "absolute") != "absolute" and config.get("position_embedding_type"),
        "pooling": base.pooling != "mean" and base.pooling,
        "Dense": base.dense,
    }
    return ", ".join(f"{name} {value}" for name, value in odd.items() if value)


def require_plain_bert(base: BaseFolder, name: str = "") -> dict:
    """The base's config, where the int8 graph can say all of it. `name` is what the user called the base, whose weights may lie in a temporary folder."""
    config = read_json(base.path / "config.json")
    if found := oddities(base, config):
        raise Fault(f"--base {name or base.path} has {found}; the int8 graph is for BERT with GELU and mean pooling, so export with --weights int8-stored")
    return config


def calibrated_graph(base: BaseFolder, reference: SentenceTransformer, texts: list[str]) -> tuple[onnx.ModelProto, PackedBert]:
    """The graph and the PyTorch model that computes as it does; `texts` are what ranges are read from, so they should be like those to be encoded."""
    config = require_plain_bert(base)
    if len(texts) < LEAST_TEXTS:
        raise Fault(f"expected at least {LEAST_TEXTS} texts to read ranges from, got {len(texts)}; give more or export with --weights int8-stored")
    sizes = (config["num_hidden_layers"], config["hidden_size"], config["num_attention_heads"], config["intermediate_size"])
    bert = PackedBert(*sizes, config["vocab_size"], config["max_position_embeddings"], config["layer_norm_eps"])
    load_state(bert, {name: value.detach().cpu() for name, value in reference[0].auto_model.state_dict().items()})
    bert.eval()
    calibrate(bert, packed(base, texts), MOST_TEXTS)
    weights: dict[str, np.ndarray] = {name: value.detach().numpy() for name, value in bert.state_dict().items()}
    return int8_graph(weights, BertShape(sizes[0], sizes[2], config["layer_norm_eps"])), bert


def packed(base: BaseFolder, texts: list[str]) -> Texts:
    return pack_texts([base.prompt + text for text in texts], base.path / "tokenizer.json", base.max_seq_length, torch.device("cpu"))


def quantised_vectors(base: BaseFolder, bert: PackedBert, texts: list[str]) -> np.ndarray:
    """Unit vectors, float32 [texts, width], of a bert in quantised mode; each text by itself, since what shares its batch rounds it otherwise."""
    rows = packed(base, texts)
    with torch.no_grad():
        return np.concatenate([bert(rows.batch(np.array([number]))).numpy() for number in range(len(rows))])
