"""Tiny models of other architectures, laid out as hub repositories are: transformer's ONNX graph, configs, and nothing of ours.

The graph gives word-piece vectors; pooling, a Dense layer, prompts and normalisation are left to whoever loads the folder.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer, models
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as pieces
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    DistilBertTokenizerFast,
    MPNetConfig,
    MPNetModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)
from transformers.utils import logging

from training.tiny.base_model import MAX_SEQ_LENGTH, tiny_tokenizer
from training.tiny.unigram_pieces import SPECIAL, unigram_pieces
from training.tiny.word_pieces import word_pieces

HIDDEN = 24
DENSE_OUT = 20
SHAPE = {"initializer_range": 0.3}
"""Wider than a trained model's start, so that different texts get clearly different vectors."""

PREFIXES = {"query": "query: ", "passage": "passage: "}
INSTRUCTION = {"query": "Represent this sentence for searching relevant passages: "}


@dataclass(frozen=True)
class HubModel:
    """One folder: its transformer, tokenizer and modules. `dense` adds a Dense layer with tanh behind the pooling."""

    transformer: Callable[[], PreTrainedModel]
    tokenizer: Callable[[], PreTrainedTokenizerFast]
    pooling: str = "mean"
    dense: bool = False
    prompts: dict[str, str] = field(default_factory=dict)
    default_prompt: str | None = None


def distilbert_tokenizer() -> PreTrainedTokenizerFast:
    """BERT's, without the token types that DistilBERT has no input for."""
    return DistilBertTokenizerFast(tokenizer_object=tiny_tokenizer().backend_tokenizer, model_max_length=MAX_SEQ_LENGTH)


def mpnet_tokenizer() -> PreTrainedTokenizerFast:
    """WordPiece between <s> and </s>, lower-cased, as all-mpnet-base-v2 has it."""
    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "[UNK]"]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(names + word_pieces()))}
    tokenizer = Tokenizer(pieces.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return wrapped(tokenizer, unk_token="[UNK]", mask_token="<mask>")


def unigram_tokenizer() -> PreTrainedTokenizerFast:
    """SentencePiece's Unigram between <s> and </s>, case kept, as XLM-R has it; NFKC stands for SentencePiece's own character map."""
    tokenizer = Tokenizer(pieces.Unigram(unigram_pieces(), unk_id=SPECIAL.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(pattern=" {2,}", content=" ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return wrapped(tokenizer, unk_token="<unk>")


def wrapped(tokenizer: Tokenizer, **special: str) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=MAX_SEQ_LENGTH, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", **special
    )


def bert() -> PreTrainedModel:
    return BertModel(BertConfig(vocab_size=len(word_pieces()), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, max_position_embeddings=MAX_SEQ_LENGTH, **SHAPE))


def distilbert() -> PreTrainedModel:
    return DistilBertModel(DistilBertConfig(vocab_size=len(word_pieces()), dim=HIDDEN, n_layers=2, n_heads=2, hidden_dim=16, max_position_embeddings=MAX_SEQ_LENGTH, **SHAPE))


def mpnet() -> PreTrainedModel:
    """Its positions start at 2, so the table has two rows more than a text may have pieces."""
    return MPNetModel(MPNetConfig(vocab_size=len(mpnet_tokenizer()), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, max_position_embeddings=MAX_SEQ_LENGTH + 2, **SHAPE))


def xlm_roberta() -> PreTrainedModel:
    return XLMRobertaModel(XLMRobertaConfig(vocab_size=len(unigram_pieces()), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, max_position_embeddings=MAX_SEQ_LENGTH + 2, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, **SHAPE))


HUB_MODELS = {
    "hub-mpnet": HubModel(mpnet, mpnet_tokenizer),
    "hub-distilbert-cls": HubModel(distilbert, distilbert_tokenizer, "cls", prompts=INSTRUCTION),
    "hub-xlm-roberta-prefixes": HubModel(xlm_roberta, unigram_tokenizer, prompts=PREFIXES),
    "hub-bert-dense": HubModel(bert, tiny_tokenizer, "cls", dense=True, prompts={"ask": "ask: "}, default_prompt="ask"),
}
"""mpnet as it is; CLS with an instruction before queries (BGE); a multilingual one with two prefixes (E5); CLS with Dense and tanh (LaBSE), with a default prompt."""


def save_hub_model(wanted: HubModel, folder: Path, seed: int) -> SentenceTransformer:
    """Write everything but the graph; returns the model in float32 for the graph and the reference vectors."""
    logging.set_verbosity_error()
    torch.manual_seed(seed)
    transformer = folder / "transformer"
    wanted.transformer().save_pretrained(transformer)
    wanted.tokenizer().save_pretrained(transformer)
    parts: list[torch.nn.Module] = [
        models.Transformer(str(transformer), max_seq_length=MAX_SEQ_LENGTH, model_args={"attn_implementation": "eager"}),
        models.Pooling(HIDDEN, pooling_mode=wanted.pooling),
    ]
    if wanted.dense:
        parts.append(models.Dense(HIDDEN, DENSE_OUT, activation_function=torch.nn.Tanh()))
    model = SentenceTransformer(
        modules=[*parts, models.Normalize()], device="cpu", prompts=wanted.prompts or None, default_prompt_name=wanted.default_prompt
    ).eval()
    model.save(str(folder / "saved"), create_model_card=False)
    return model
