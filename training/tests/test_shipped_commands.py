"""The commands that make the shipped encoder, as they are typed."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = ("pack_pairs", "learn", "self_teach", "distil", "measure", "ship")


def typed(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """`python -m training.shipped.<name>` in a process of its own."""
    return subprocess.run([sys.executable, "-m", f"training.shipped.{name}", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str) -> None:
    ended = typed(name, "--help")
    assert ended.returncode == 0 and f"example: python -m training.shipped.{name} --" in " ".join(ended.stdout.split())


def test_few_pairs_are_packed_and_none_refused(base: str, tmp_path: Path) -> None:
    """Fewer utterances than the noise stream may take."""
    pairs, out = tmp_path / "pairs", tmp_path / "pairs.npz"
    pairs.mkdir()
    arguments = ["--pairs", pairs, "--tokenizer", f"{base}/tokenizer.json", "--out", out]
    ended = typed("pack_pairs", *arguments)
    assert ended.returncode == 3 and "holds no pairs of the kinds" in ended.stderr and "Traceback" not in ended.stderr
    rows = [{"a": f"where is my order {number}", "b": f"have you seen my order {number}", "kind": "dialogue_same_intent"} for number in range(5)]
    (pairs / "some.jsonl.gz").write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    ended = typed("pack_pairs", *arguments)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["same_intent"] == 5 and len(np.load(out)["rows"]) >= 5
    (pairs / "more.jsonl.gz").write_bytes(b"no gzip")
    ended = typed("pack_pairs", *arguments)
    assert ended.returncode == 3 and "more.jsonl.gz cannot be read" in ended.stderr and "Traceback" not in ended.stderr


def test_measuring_sets_that_are_not_there_are_named(tmp_path: Path) -> None:
    ended = typed("measure", "--model", tmp_path, "--data", tmp_path)
    assert ended.returncode == 3 and "clinc150/train-10shot.jsonl is not a file" in ended.stderr and ended.stderr.count("\n") == 1
