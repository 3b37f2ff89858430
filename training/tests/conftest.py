"""What the tests share: a tiny base with random weights, a small corpus, and the commands run in this process."""

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from training.tiny.base_model import save_tiny_base

TOPICS = ("order", "password", "card", "refund", "address", "invoice", "ticket", "phone", "bank", "plan", "email", "item", "app", "shop", "loan", "tax")
FORMS = ("where is my {}", "how do i change the {}", "please cancel this {} now", "what does a {} cost", "i lost my {} last week", "the {} is wrong again")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Sums of floats depend on how they are split over threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sentence-transformers folder: 32 dimensions, 2 layers, mean pooling."""
    room = tmp_path_factory.mktemp("tiny")
    save_tiny_base(room, "mean", 20)
    return str(room / "base")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Twelve entries of six questions with an answer."""
    entries = [
        {"id": topic, "intent": f"about_{topic}", "questions": [form.format(topic) for form in FORMS], "answer": f"your {topic} is on the account page"}
        for topic in TOPICS
    ]
    path = tmp_path / "faq.json"
    path.write_text(json.dumps({"entries": entries}))
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Rows with negatives and groups."""
    rows = [
        {"a": FORMS[0].format(topic), "b": FORMS[1].format(topic), "neg": FORMS[0].format(other), "group": topic}
        for topic, other in zip(TOPICS, TOPICS[1:] + TOPICS[:1], strict=True)
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs `python -m <module> <arguments>` here; returns the exit code."""

    def run(module: str, *arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", [module, *map(str, arguments)])
        monkeypatch.delitem(sys.modules, f"{module}.__main__", raising=False)
        try:
            runpy.run_module(f"{module}.__main__", run_name="__main__")
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return run
