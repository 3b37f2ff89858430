"""The steps of training.mining in order."""

import json
from argparse import Namespace

from training.base.open_base import base_folder, open_model, pick_device
from training.export.whole_folder import require_file_place
from training.faults import Fault
from training.learning.encode import model_encoder
from training.mining.feedback import read_feedback
from training.mining.hard_negatives import MiningSettings, mine
from training.mining.row_file import write_rows
from training.texts.faq_corpus import read_corpus
from training.texts.rows import Row, read_rows
from training.texts.synthetic_pairs import corpus_pairs

Texts = list[tuple[str, str | None]]


def from_corpus(chosen: Namespace) -> tuple[list[Row], Texts, list[Row], int]:
    """(rows to mine for, texts to choose from, judged rows of the feedback log, its lines without an entry)."""
    entries = read_corpus(chosen.corpus)
    feedback, unknown = read_feedback(chosen.feedback, entries) if chosen.feedback else ([], 0)
    rows = corpus_pairs(entries, chosen.seed) + [row for row in feedback if row.score is None]
    texts = [(text, entry.intent) for entry in entries for text in (*entry.questions, entry.answer) if text]
    return rows, texts, [row for row in feedback if row.score is not None], unknown


def from_rows(chosen: Namespace) -> tuple[list[Row], Texts, list[Row], int]:
    """The same of a file of rows, whose own texts are chosen from."""
    rows, _ = read_rows(chosen.data)
    return rows, [(text, row.group) for row in rows for text in (row.a, row.b)], [], 0


def write_mined(chosen: Namespace) -> str:
    """Write the rows; returns the figures as a JSON line."""
    if chosen.feedback and not chosen.corpus:
        raise Fault("--feedback names entries of a corpus; give --corpus too")
    require_file_place(chosen.out)
    rows, texts, judged, unknown = from_corpus(chosen) if chosen.corpus else from_rows(chosen)
    if not rows:
        raise Fault(f"--corpus {chosen.corpus} gives no pairs to mine for: no entry has two questions, or a question and an answer; give entries alternates or answers")
    with base_folder(chosen.base) as folder:
        encode = model_encoder(open_model(folder, pick_device("auto")))
        mined = mine(rows, texts, encode, MiningSettings(chosen.count, chosen.depth, chosen.relative, chosen.margin))
    write_rows(chosen.out, mined + judged)
    found = sum(bool(row.negatives) for row in mined)
    return json.dumps({"rows": len(mined) + len(judged), "with_negatives": found, "feedback_without_entry": unknown})
