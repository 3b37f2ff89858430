"""The trained model as a model folder: exported aside, measured there, and moved into place with its card."""

import json
import shutil
from argparse import Namespace
from pathlib import Path

from sentence_transformers import SentenceTransformer

from training.adapt.card import model_card
from training.adapt.compared import Compared
from training.adapt.served import export_for
from training.export.whole_folder import whole_folder
from training.saving import saving


def export_trained(model: SentenceTransformer, chosen: Namespace, room: Path, texts: list[str]) -> Path:
    """The exported folder inside the run's own, where nobody takes it for a model yet; `texts` as in `export_for`."""
    saved, fresh = room / "trained", room / "model"
    for old in (saved, fresh):
        shutil.rmtree(old, ignore_errors=True)
    with saving(saved, "add --resume: what was learnt is kept"):
        model.save(str(saved), create_model_card=False)
    return export_for(chosen, saved, fresh, texts)


def put_in_place(fresh: Path, chosen: Namespace, outcome: Compared, learned: dict[str, int]) -> str:
    """Add the card, move the folder to --out; returns the digest."""
    digest = json.loads((fresh / "faqmatch.json").read_text(encoding="utf-8"))["digest"]
    (fresh / "README.md").write_text(model_card(chosen, outcome, learned, digest), encoding="utf-8")
    with whole_folder(chosen.out) as new:
        new.rmdir()
        shutil.move(fresh, new)
    return digest
