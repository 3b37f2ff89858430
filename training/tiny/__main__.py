"""`python -m training.tiny`: write the tiny model folders that the tests load."""

import argparse
import tempfile
from pathlib import Path

from training.faults import run_command

FOLDERS = {
    "tiny-pooled": ("mean", True),
    "tiny-mean": ("mean", False),
    "tiny-max": ("max", False),
    "tiny-cls": ("cls", False),
    "tiny-sqrt": ("mean_sqrt_len_tokens", False),
}
"""Folder name → (sentence-transformers' pooling, whether the graph pools)."""

SEED = 20
"""One seed for all five, so that they differ in pooling alone."""

TEXTS = [
    "hi",
    "Where is my order?",
    "how do I reset my password",
    "I was charged twice on 12/03!",
    "cancel",
    "Can I change the delivery address, please?",
    "naïve café 包裹 👍",
    " ".join(["please tell me which card I must use to pay the invoice of last month"] * 8),
]
"""The eighth is over the models' 64 word pieces and is cut."""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.tiny",
        description="Write seeded random-weight model folders: five exported BERTs (32 dimensions, 2 layers), and other architectures as the hub has them.",
        epilog="example: python -m training.tiny --out test/fixtures/models",
    )
    parser.add_argument("--out", required=True, type=Path, help="the folder to write the model folders into")
    chosen = parser.parse_args()
    from training.export.write_model import ExportRequest, write_model
    from training.tiny.base_model import save_tiny_base

    for name, (pooling, pooled) in FOLDERS.items():
        with tempfile.TemporaryDirectory() as room:
            save_tiny_base(Path(room), pooling, SEED)
            base, out = str(Path(room) / "base"), chosen.out / name
            digest = write_model(ExportRequest(base, out, name, pooled, "float32", TEXTS))
        print(f"sha256:{digest}  {out}")
    from training.tiny.hub_models import HUB_MODELS
    from training.tiny.write_hub_model import write_hub_model

    for name, wanted in HUB_MODELS.items():
        write_hub_model(wanted, chosen.out / name, TEXTS, SEED)
        print(chosen.out / name)


if __name__ == "__main__":
    run_command(main)
