"""The before/after report: JSON for programs, HTML with the loss picture for people."""

import json
from dataclasses import asdict
from html import escape
from pathlib import Path

from training.adapt.compared import ADVICE, Compared
from training.adapt.next_steps import JUDGED_BY
from training.learning.loss_picture import loss_picture

SHOWN = 20
"""Utterances won and lost that the page lists."""


def listed(title: str, texts: list[str]) -> str:
    """A heading and the first texts."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts[:SHOWN])
    return f"<h2>{title}: {len(texts)}</h2><ul>{items}</ul>"


def write_report(page: Path, outcome: Compared, settings: dict[str, object], judge: str) -> None:
    """Write `page` and, beside it, the same as JSON. `judge`: the line that measures the whole service."""
    told = {"better": outcome.better, "verdict": outcome.verdict, "measured": outcome.measured, "measure_service": judge}
    figures = {**asdict(outcome), **told, "settings": settings}
    page.parent.mkdir(parents=True, exist_ok=True)
    page.with_suffix(".json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = "".join(
        f"<tr><td>{name}</td><td>{old:.3f}</td><td>{new:.3f}</td><td>{new - old:+.3f}</td></tr>"
        for name, old, new in (
            ("P@1 by cosine", outcome.before_first, outcome.after_first),
            ("MRR by cosine", outcome.before_reciprocal, outcome.after_reciprocal),
        )
    )
    pictures = "".join(loss_picture(losses, f"Loss: {name}, {len(losses)} steps") for name, losses in outcome.losses.items())
    said = "".join(f"<tr><td>{escape(str(key))}</td><td>{escape(str(value))}</td></tr>" for key, value in settings.items())
    page.write_text(
        '<!doctype html><meta charset="utf-8"><title>Adapted encoder</title>'
        "<style>body{font:15px sans-serif;max-width:46em;margin:2em auto}td,th{padding:.2em .8em;text-align:left}</style>"
        f"<h1>{'Better' if outcome.better else 'Not better'} than its base</h1>"
        f"<p>{escape(outcome.verdict.capitalize())}. {'' if outcome.better else f'{ADVICE}. '}"
        f"{outcome.questions} questions were kept aside. Luck alone differs as much with a probability of {outcome.luck:.2g}.</p>"
        f"<table><tr><th></th><th>before</th><th>after</th><th></th></tr>{rows}</table>"
        f"<p>{escape(outcome.measured)}. {JUDGED_BY}: <code>{escape(judge)}</code></p>{pictures}"
        f"{listed('Won', outcome.won)}{listed('Lost', outcome.lost)}<h2>Settings</h2><table>{said}</table>\n",
        encoding="utf-8",
    )
