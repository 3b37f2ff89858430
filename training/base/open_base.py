"""A base by name → a sentence-transformers model ready to be trained, and the folder its other files come from."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from training.base.exported_weights import is_exported, rebuild_base
from training.export.base_folder import find_base, read_base, read_object
from training.faults import Fault


def pick_device(name: str) -> str:
    """`auto` is a GPU where torch sees one."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise Fault("--device cuda: torch sees no GPU; install its CUDA build, or give --device cpu")
    return name


def require_no_prompts(folder: Path) -> None:
    """A base with query and passage prompts would be trained on texts it never sees in service."""
    file = folder / "config_sentence_transformers.json"
    prompts = (read_object(file).get("prompts") or {}) if file.is_file() else {}
    if any(prompts.values()):
        raise Fault(f"the base puts prompts before texts ({', '.join(sorted(name for name, text in prompts.items() if text))}), which training does not do yet; choose a base without")


@contextmanager
def base_folder(name: str) -> Iterator[Path]:
    """A whole sentence-transformers folder: the base itself, or, for a folder that training.export wrote, one rebuilt from its graph."""
    found = find_base(name)
    if not is_exported(found):
        yield read_base(name).path
        return
    with tempfile.TemporaryDirectory(prefix="faqmatch-base-") as room:
        rebuild_base(found, Path(room))
        yield read_base(room).path


def open_model(folder: Path, device: str) -> SentenceTransformer:
    """The model in float32 with the attention that export traces, to be trained or to mine with."""
    require_no_prompts(Path(folder))
    logging.set_verbosity_error()
    try:
        return SentenceTransformer(str(folder), device=device, model_kwargs={"attn_implementation": "eager", "torch_dtype": torch.float32})
    except Exception as cause:  # The loaders raise whatever their formats raise.
        raise Fault(f"sentence-transformers cannot load the base {folder}: {cause}; is a file cut short, or is it no encoder?") from cause
