"""What a recipe is worth, on the measuring sets: nearest question, kernel ridge, logistic regression, STS, FAQ retrieval.

Choices between recipes look at valid rows only (`valid` figures); test rows are for the record.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from training.faults import Fault, run_command
from training.texts.text_file import lines_of, parse_json, read_text

Vectors = np.ndarray


def read(path: Path) -> list[dict]:
    """The rows of a measuring set; a Fault names a set that is not there and a line that is no JSON."""
    lines = lines_of(read_text(path, "--data", "the folder of the measuring sets (FAQMATCH_EVAL_DATA)"))
    try:
        return [parse_json(line) for line in lines if line.strip()]
    except ValueError as cause:
        raise Fault(f"{path}: {cause}; copy the measuring sets again") from cause


class Sets:
    """All measuring texts, each once, and the rows that point at them."""

    def __init__(self, root: Path) -> None:
        self.texts: dict[str, int] = {}
        self.intents: dict[str, dict[str, tuple[np.ndarray, list]]] = {}
        for name, parts in {
            "clinc150": ("train-10shot", "train-5shot", "valid", "test", "oos-valid", "oos-test"),
            "banking77-fewshot": ("train-10shot", "train-5shot", "valid", "test"),
            "banking77": ("train", "test"),
            "snips": ("train", "valid", "test"),
            "nlpjs-corpus50": ("train", "test"),
            "hint3-v2-curekart": ("train", "test", "oos-test"),
        }.items():
            self.intents[name] = {}
            for part in parts:
                rows = read(root / name / f"{part}.jsonl")
                self.intents[name][part] = (self.add(row["text"] for row in rows), [row["intent"] for row in rows])
        self.pairs = {}
        for part in ("valid", "test"):
            rows = read(root / "stsb" / f"pairs-{part}.jsonl")
            self.pairs[part] = (self.add(r["a"] for r in rows), self.add(r["b"] for r in rows), np.array([r["score"] for r in rows]))
        faq, queries = read(root / "stackfaq" / "faq.jsonl"), read(root / "stackfaq" / "queries.jsonl")
        ids = {row["id"]: at for at, row in enumerate(faq)}
        self.faq = (
            self.add(row["question"] for row in faq),
            self.add(f"{row['question']} {row['answer']}" for row in faq),
            self.add(row["text"] for row in queries),
            [{ids[one] for one in row["relevant"]} for row in queries],
        )

    def add(self, texts) -> np.ndarray:
        return np.array([self.texts.setdefault(text, len(self.texts)) for text in texts])


def ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2.0)[inverse]


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def auroc(positive: np.ndarray, negative: np.ndarray) -> float:
    order = ranks(np.concatenate([positive, negative]))
    n, m = len(positive), len(negative)
    return float((order[:n].sum() - n * (n - 1) / 2) / (n * m))


def nearest(train: Vectors, labels: np.ndarray, test: Vectors) -> tuple[np.ndarray, np.ndarray]:
    similar = test @ train.T
    best = similar.argmax(axis=1)
    return labels[best], similar.max(axis=1)


def kernel_ridge(train: Vectors, labels: np.ndarray, test: Vectors, weight: float = 0.2) -> np.ndarray:
    """The pilot's scorer without its character kernel: predicted class numbers."""
    centre = train.mean(axis=0)
    unit = lambda x: (x - centre) / np.linalg.norm(x - centre, axis=1, keepdims=True)
    a, b = unit(train), unit(test)
    kernel = lambda x, y: np.exp(2.0 * (x @ y.T - 1.0))
    classes = labels.max() + 1
    onehot = np.eye(classes)[labels]
    counts = onehot.sum(axis=0)
    w = np.sqrt(len(labels) / (classes * counts))[labels]
    w = w / w.mean()
    mean = (w[:, None] * onehot).sum(axis=0) / w.sum()
    alpha = np.linalg.solve(kernel(a, a) + np.diag(weight / w), onehot - mean)
    return (kernel(b, a) @ alpha + mean).argmax(axis=1)


def logistic(train: Vectors, labels: np.ndarray, test: Vectors, truth: np.ndarray, draws: int = 10, per_class: int = 8) -> float:
    """The MTEB protocol: `draws` samples of `per_class` rows a class, logistic regression of 100 iterations, mean accuracy."""
    from sklearn.linear_model import LogisticRegression

    rng, hits = np.random.default_rng(42), []
    for _ in range(draws):
        chosen = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:per_class] for c in np.unique(labels)])
        model = LogisticRegression(max_iter=100, random_state=42).fit(train[chosen], labels[chosen])
        hits.append(float((model.predict(test) == truth).mean()))
    return float(np.mean(hits))


def measure(sets: Sets, vectors: Vectors, slow: bool) -> dict[str, float]:
    """Every figure in %, by name; `slow` adds the logistic regressions."""
    out: dict[str, float] = {}
    v = vectors.astype(np.float64)
    for name, shots in (("clinc150", "train-10shot"), ("banking77-fewshot", "train-10shot"), ("snips", "train"), ("nlpjs-corpus50", "train"), ("hint3-v2-curekart", "train")):
        parts = sets.intents[name]
        texts, intents = parts[shots]
        names = {intent: at for at, intent in enumerate(sorted(set(intents)))}
        labels = np.array([names[i] for i in intents])
        if name == "snips":
            rng = np.random.default_rng(1)
            keep = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:10] for c in range(len(names))])
            texts, labels = texts[keep], labels[keep]
        for part in ("valid", "test"):
            if part not in parts:
                continue
            rows, truth = parts[part]
            truth = np.array([names[t] for t in truth])
            guess, best = nearest(v[texts], labels, v[rows])
            out[f"{name} {part} nearest"] = 100 * float((guess == truth).mean())
            out[f"{name} {part} ridge"] = 100 * float((kernel_ridge(v[texts], labels, v[rows]) == truth).mean())
            if f"oos-{part}" in parts:
                away = (v[parts[f"oos-{part}"][0]] @ v[texts].T).max(axis=1)
                out[f"{name} {part} oos auroc"] = 100 * auroc(best, away)
    for part, (a, b, score) in sets.pairs.items():
        out[f"stsb {part}"] = 100 * spearman((v[a] * v[b]).sum(axis=1), score)
    question, both, query, relevant = sets.faq
    q = v[query] @ v[question].T
    for name, s in (("question", q), ("with answer", q + 0.5 * v[query] @ v[both].T)):
        out[f"stackfaq {name}"] = 100 * float(np.mean([best in right for best, right in zip(s.argmax(axis=1), relevant, strict=True)]))
    if slow:
        texts, intents = sets.intents["banking77"]["train"]
        rows, truth = sets.intents["banking77"]["test"]
        names = {intent: at for at, intent in enumerate(sorted(set(intents)))}
        number = lambda many: np.array([names[i] for i in many])
        out["banking77 mteb"] = 100 * logistic(v[texts], number(intents), v[rows], number(truth))
    return {name: round(value, 2) for name, value in out.items()}


def main() -> None:
    from training.export.manifest import GRAPH_FILE
    from training.parity.graph_encoder import GraphEncoder

    parser = argparse.ArgumentParser(
        prog="python -m training.shipped.measure",
        description=__doc__,
        epilog='example: python -m training.shipped.measure --model models/faqmatch-minilm-l6 --data "$FAQMATCH_EVAL_DATA"',
    )
    parser.add_argument("--model", type=Path, required=True, help=f"a model folder ({GRAPH_FILE} and tokenizer.json)")
    parser.add_argument("--data", type=Path, default=os.environ.get("FAQMATCH_EVAL_DATA"), help="the measuring sets (default FAQMATCH_EVAL_DATA)")
    chosen = parser.parse_args()
    if chosen.data is None:
        parser.error("give --data or set FAQMATCH_EVAL_DATA")
    sets = Sets(chosen.data)
    encoder, texts = GraphEncoder(chosen.model), list(sets.texts)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    vectors = np.empty((len(texts), encoder.manifest["dimension"]), np.float32)
    for at in tqdm(range(0, len(order), 32), desc="encode", unit=" batches"):
        some = order[at : at + 32]
        vectors[some] = encoder.encode([texts[one] for one in some])
    print(json.dumps(measure(sets, vectors, slow=True), indent=1))


if __name__ == "__main__":
    run_command(main)
