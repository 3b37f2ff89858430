"""The tiny multilingual model's vocabulary: SentencePiece pieces with made-up scores, longer pieces preferred."""

import string

from training.tiny.word_pieces import WORDS

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
LETTERS = string.ascii_letters + string.digits + string.punctuation + "äöüßéèêáíóúñçãабвгдежзийклмнопрстуфхцчшщыьэюя"
FOREIGN = ["▁wo", "▁ist", "▁mein", "▁paket", "▁wie", "▁kann", "▁ich", "▁donde", "▁esta", "▁mi", "▁pedido", "▁где", "▁мой", "▁заказ", "我", "的", "包裹", "在", "哪里", "你", "好"]


def unigram_pieces() -> list[tuple[str, float]]:
    """(piece, log probability) in id order, special ones first with score 0."""
    short = [f"▁{word}" for word in WORDS if len(word) <= 6]
    pieces = list(dict.fromkeys(["▁", *LETTERS, *short, *FOREIGN]))
    scored = [(piece, -12.0 + 1.5 * len(piece) - index / 1000) for index, piece in enumerate(pieces)]
    return [(piece, 0.0) for piece in SPECIAL] + [(piece, min(score, -1.0)) for piece, score in scored]
