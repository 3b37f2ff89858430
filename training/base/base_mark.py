"""What tells one base from another, so that a run is taken up with none but its own."""

import hashlib
from pathlib import Path

import torch


def files_mark(folder: Path) -> str:
    """sha256 hex over the files of a base that change its vectors beside the weights: tokenizer, pooling, limits, layers and prompts."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.json"), *folder.glob("*/config.json")]):
        digest.update(f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def weights_mark(weights: dict[str, torch.Tensor]) -> str:
    """sha256 hex over weights by name."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode() + weights[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
