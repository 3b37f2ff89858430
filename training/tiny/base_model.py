"""A seeded random BERT saved as a whole sentence-transformers folder, ready to be exported like a real one."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer, models
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as pieces
from transformers import BertConfig, BertModel, BertTokenizerFast
from transformers.utils import logging

from training.tiny.word_pieces import word_pieces

HIDDEN = 32
MAX_SEQ_LENGTH = 64


def tiny_tokenizer() -> BertTokenizerFast:
    """WordPiece over the tiny vocabulary, set up as BERT's."""
    vocabulary = {piece: index for index, piece in enumerate(word_pieces())}
    tokenizer = Tokenizer(pieces.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    return BertTokenizerFast(tokenizer_object=tokenizer, model_max_length=MAX_SEQ_LENGTH)


def save_tiny_base(folder: Path, pooling: str, seed: int) -> None:
    """Write the folder; `pooling` is a sentence-transformers name: mean, max, cls or mean_sqrt_len_tokens.

    The weights spread wider than a trained model's start, so that different texts get clearly different vectors.
    """
    logging.set_verbosity_error()
    tokenizer = tiny_tokenizer()
    config = BertConfig(
        vocab_size=len(word_pieces()),
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=HIDDEN // 2,
        max_position_embeddings=MAX_SEQ_LENGTH,
        initializer_range=0.3,
    )
    torch.manual_seed(seed)
    transformer = folder / "transformer"
    BertModel(config).save_pretrained(transformer)
    tokenizer.save_pretrained(transformer)
    parts = [
        models.Transformer(str(transformer), max_seq_length=MAX_SEQ_LENGTH),
        models.Pooling(HIDDEN, pooling_mode=pooling),
        models.Normalize(),
    ]
    SentenceTransformer(modules=parts, device="cpu").save(str(folder / "base"), create_model_card=False)
