"""faqmatch.json: what the folder holds and the digest that names the model in every version and cache key."""

import hashlib
import json
from pathlib import Path
from typing import Any

from training.export.base_folder import BaseFolder, read_object, shortly
from training.export.trace_graph import INPUTS, output_name
from training.faults import Fault

FORMAT = 1
GRAPH_FILE = "onnx/model.onnx"
LEARNT_TEXTS = "learnt-texts.txt"
"""What the model has learnt, as digests (learning/learnt_texts.py)."""

NOT_VECTORS = {"README.md", "LICENSE", "parity.json", "faqmatch.json", LEARNT_TEXTS}
"""Files that cannot change a vector; all others are listed and digested."""


def digest_files(folder: Path) -> tuple[dict[str, str], str]:
    """(relative path → sha256 hex of each file, sha256 hex over the sorted lines "<path> <hex>\\n")."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {path: hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in paths if path not in NOT_VECTORS}
    lines = "".join(f"{path} {files[path]}\n" for path in sorted(files))
    return files, hashlib.sha256(lines.encode("utf-8")).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """faqmatch.json as write_manifest wrote it; a Fault where it is another's or damaged."""
    file = folder / "faqmatch.json"
    manifest = read_object(file, dimension=int, max_seq_length=int, pooling=str, graph=dict, files=dict)
    graph = manifest["graph"]
    if not isinstance(graph.get("file"), str) or not isinstance(graph.get("pooled"), bool):
        raise Fault(f'{file}: expected "file" and "pooled" in "graph", found {shortly(graph)}; copy the folder again')
    return manifest


def write_manifest(folder: Path, name: str, base: BaseFolder, mode: str | None) -> str:
    """Write faqmatch.json for a folder whose other files are final; returns the digest."""
    files, digest = digest_files(folder)
    manifest = {
        "format": FORMAT,
        "name": name,
        "dimension": base.dimension,
        "max_seq_length": base.max_seq_length,
        "pooling": base.pooling,
        "normalize": True,
        "graph": {"file": GRAPH_FILE, "pooled": mode is not None, "inputs": INPUTS, "output": output_name(mode)},
        "files": {path: f"sha256:{value}" for path, value in files.items()},
        "digest": f"sha256:{digest}",
    }
    (folder / "faqmatch.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return digest
