"""Token vectors once, poolings many: the table of training.pooling."""

from argparse import Namespace

import numpy as np
import torch
from sentence_transformers import SentenceTransformer, models
from tqdm import tqdm
from transformers import AutoConfig, AutoModel

from training.base.open_base import base_folder, open_model
from training.pooling.question_sets import QuestionSet, question_sets

POOLINGS = {"mean": "mean", "max": "max", "cls": "cls", "mean-sqrt-length": "mean_sqrt_len_tokens", "weighted mean": "weightedmean"}
"""Name in the table → sentence-transformers'. The weighted mean counts a token the more the later it stands."""

BATCH = 32
SEED = 5


def pooled(model: SentenceTransformer, texts: list[str], modes: dict[str, models.Pooling], label: str) -> dict[str, np.ndarray]:
    """Unit vectors float32 [texts, dim] of each pooling."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    found: dict[str, list[np.ndarray]] = {name: [] for name in modes}
    with torch.no_grad():
        for start in tqdm(range(0, len(texts), BATCH), desc=label, unit="batch"):
            features = model.tokenize([texts[place] for place in order[start : start + BATCH]])
            tokens = model[0]({name: value.to(model.device) for name, value in features.items()})
            for name, pooling in modes.items():
                vectors = pooling(dict(tokens))["sentence_embedding"]
                found[name].append(torch.nn.functional.normalize(vectors, dim=1).cpu().numpy())
    back = np.argsort(order)
    return {name: np.concatenate(parts)[back] for name, parts in found.items()}


def nearest_accuracy(stored: np.ndarray, asked: np.ndarray, questions: QuestionSet) -> float:
    """Share of utterances whose nearest stored question has their intent."""
    best = (asked @ stored.T).argmax(axis=1)
    right = [questions.stored[place][1] == intent for place, (_, intent) in zip(best, questions.asked, strict=True)]
    return float(np.mean(right))


def untrained(model: SentenceTransformer, folder: str) -> SentenceTransformer:
    """The same architecture and tokenizer with seeded random weights."""
    torch.manual_seed(SEED)
    model[0].auto_model = AutoModel.from_config(AutoConfig.from_pretrained(folder), attn_implementation="eager").eval()
    return model


def figures(model: SentenceTransformer, sets: list[QuestionSet], label: str) -> dict[str, list[float]]:
    """Accuracy of each pooling on each set."""
    size = model[0].get_word_embedding_dimension()
    modes = {name: models.Pooling(size, pooling_mode=mode) for name, mode in POOLINGS.items()}
    rows: dict[str, list[float]] = {name: [] for name in modes}
    for questions in sets:
        stored = pooled(model, [text for text, _ in questions.stored], modes, f"{label}: {questions.name}, stored")
        asked = pooled(model, [text for text, _ in questions.asked], modes, f"{label}: {questions.name}, asked")
        for name in modes:
            rows[name].append(nearest_accuracy(stored[name], asked[name], questions))
    return rows


def pooling_table(chosen: Namespace) -> str:
    """A markdown table, percentages; what the base was trained with is marked."""
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    sets = question_sets(chosen.data, chosen.count)
    with base_folder(chosen.base) as folder:
        model = open_model(folder, "cpu").eval()
        own = model[1].get_pooling_mode_str()
        trained = figures(model, sets, "base")
        random = figures(untrained(model, str(folder)), sets, "untrained")
    lines = ["| encoder | pooling | " + " | ".join(questions.name for questions in sets) + " | mean |", "|---|---|" + "---|" * (len(sets) + 1)]
    for kind, rows in (("base", trained), ("untrained", random)):
        for name, values in rows.items():
            mark = " (its own)" if kind == "base" and POOLINGS[name] == own else ""
            cells = [f"{100 * value:.1f}" for value in (*values, sum(values) / len(values))]
            lines.append(f"| {kind} | {name}{mark} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
