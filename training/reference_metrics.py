"""Figures of made-up predictions as scikit-learn computes them, for the tests of the evaluation's own metrics.

    python -m training.reference_metrics > test/fixtures/metrics/scikit-learn.json
"""

import json
import random
import sys

import numpy
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    f1_score,
    matthews_corrcoef,
    ndcg_score,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
)

ROWS = 400
INTENTS = [f"intent-{number:02d}" for number in range(12)]
NONE = "none"
BINS = 15
RANKED = 10


def made_up_rows(seed: int) -> list[dict]:
    """Predictions of a middling model: ties, confidences of exactly 0, 1 and bin edges, and a fifth out of scope."""
    draw = random.Random(seed)
    rows = []
    for number in range(ROWS):
        meant = NONE if draw.random() < 0.2 else draw.choice(INTENTS)
        best = meant if meant != NONE and draw.random() < 0.75 else draw.choice(INTENTS)
        confidence = round(min(1.0, max(0.0, draw.gauss(0.75 if best == meant else 0.4, 0.2))), 2)
        if number % 50 == 0:
            confidence = number % 4 / BINS
        others = [intent for intent in INTENTS if intent != best]
        draw.shuffle(others)
        said = best if confidence >= 0.5 else NONE
        rows.append({"meant": meant, "best": best, "said": said, "confidence": confidence, "ranking": [best, *others][:RANKED]})
    return rows


def calibration_error(right: numpy.ndarray, confidence: numpy.ndarray) -> float:
    """Expected calibration error over equal-width bins, from scikit-learn's calibration curve. [rows], [rows] -> share."""
    shares, means = calibration_curve(right, confidence, n_bins=BINS, strategy="uniform")
    edges = numpy.linspace(0.0, 1.0, BINS + 1)
    counts = numpy.bincount(numpy.searchsorted(edges[1:-1], confidence), minlength=BINS)
    counts = counts[counts > 0]
    return float(numpy.sum(counts * numpy.abs(shares - means)) / len(right))


def coverage_at(precision: float, rows: list[dict], right: numpy.ndarray, confidence: numpy.ndarray) -> float:
    """Greatest share of in-scope rows answered rightly at this precision. Rows of confidence 0 are never answered."""
    precisions, recalls, thresholds = precision_recall_curve(right, confidence)
    in_scope = sum(row["meant"] != NONE for row in rows)
    reached = recalls[:-1][(precisions[:-1] >= precision) & (thresholds > 0)]
    return float(reached.max() * right.sum() / in_scope) if len(reached) else 0.0


def ranked_figures(rows: list[dict]) -> dict:
    """nDCG@10 and precision at 1 over in-scope rows whose right intent is anywhere in all twelve."""
    inside = [row for row in rows if row["meant"] != NONE]
    relevance = numpy.array([[float(intent == row["meant"]) for intent in INTENTS] for row in inside])
    scores = numpy.array(
        [[RANKED - row["ranking"].index(intent) if intent in row["ranking"] else 0 for intent in INTENTS] for row in inside]
    )
    # Intents that are not ranked share rank 11 and 12, beyond the first ten, so their ties count nothing.
    top = [row["best"] == row["meant"] for row in inside]
    return {"ndcgAt10": float(ndcg_score(relevance, scores, k=RANKED)), "precisionAt1": float(accuracy_score([True] * len(top), top))}


def label_figures(meant: list[str], said: list[str]) -> list[dict]:
    """Precision, recall and F1 of every label that occurs."""
    labels = sorted(set(meant) | set(said))
    figures = precision_recall_fscore_support(meant, said, labels=labels, zero_division=0)
    return [
        {"label": label, "precision": float(p), "recall": float(r), "f1": float(f), "meant": int(n)}
        for label, p, r, f, n in zip(labels, *figures, strict=True)
    ]


def main() -> None:
    """Writes rows and figures as JSON."""
    rows = made_up_rows(seed=7)
    meant, said = [row["meant"] for row in rows], [row["said"] for row in rows]
    right = numpy.array([row["meant"] == row["best"] for row in rows])
    confidence = numpy.array([row["confidence"] for row in rows])
    inside = [row for row in rows if row["meant"] != NONE]
    figures = {
        "calibrationError": calibration_error(right, confidence),
        "brier": float(brier_score_loss(right, confidence)),
        "auroc": float(roc_auc_score(right, confidence)),
        "mcc": float(matthews_corrcoef(meant, said)),
        "macroF1": float(f1_score([row["meant"] for row in inside], [row["best"] for row in inside], average="macro", zero_division=0)),
        "accuracy": float(accuracy_score(meant, said)),
        "coverageAt": {str(share): coverage_at(share, rows, right, confidence) for share in (0.8, 0.9, 0.95)},
        "labels": label_figures(meant, said),
        **ranked_figures(rows),
    }
    json.dump({"scikitLearn": sklearn.__version__, "bins": BINS, "none": NONE, "rows": rows, "figures": figures}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
