"""Where the base model lies and whether it is one that can be exported."""

import importlib.util
import json
import re
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.faults import Fault

POOLING_KEYS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
}
"""sentence-transformers' name of a pooling → ours."""

NEEDED = (
    "modules.json",
    "sentence_bert_config.json",
    "config.json",
    "1_Pooling/config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)


@dataclass(frozen=True)
class BaseFolder:
    """A checked sentence-transformers folder: Transformer, Pooling, perhaps Dense layers and Normalize, nothing else.

    `dimension` is that of a finished vector, `prompt` what goes before an utterance, `dense` the folders of the layers.
    """

    path: Path
    pooling: str
    dimension: int
    max_seq_length: int
    prompt: str = ""
    dense: tuple[str, ...] = ()


def read_json(path: Path) -> Any:
    """The parsed file; a fault names the file when it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as cause:
        raise Fault(f"{path} is not JSON: {cause}") from cause


def read_object(path: Path, **fields: type | types.UnionType) -> dict[str, Any]:
    """The file's JSON object; a Fault unless it has the named fields, each of its kind."""
    value = read_json(path)
    if not isinstance(value, dict):
        raise Fault(f"{path} holds {shortly(value)}; expected a JSON object, so copy the folder again")
    for name, kind in fields.items():
        if not isinstance(value.get(name), kind):
            found = shortly(value[name]) if name in value else "nothing"
            raise Fault(f'{path}: expected {getattr(kind, "__name__", kind)} in "{name}", found {found}; copy the folder again')
    return value


def shortly(value: Any) -> str:
    """A JSON value, cut to what a line of a message takes."""
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def module_types(path: Path) -> list[dict[str, Any]]:
    """The modules of modules.json, each with "type" and "path" as text."""
    modules = read_json(path)
    if not isinstance(modules, list) or not all(isinstance(one, dict) and isinstance(one.get("type"), str) and isinstance(one.get("path"), str) for one in modules):
        raise Fault(f'{path}: expected a list of modules with "type" and "path", found {shortly(modules)}; copy the folder again')
    return modules


def find_base(name: str) -> Path:
    """`name` as a folder, or else as an installed package that holds a folder with modules.json."""
    if Path(name).is_dir():
        return Path(name)
    found = importlib.util.find_spec(name) if name.isidentifier() else None
    for place in (found.submodule_search_locations or []) if found else []:
        for modules in sorted(Path(place).rglob("modules.json")):
            return modules.parent
    raise Fault(
        f"--base {name} is neither a folder nor an installed package that holds a sentence-transformers folder; "
        "pip install -r training/requirements.txt, or give the folder that model.save() wrote"
    )


def utterance_prompt(path: Path) -> str:
    """The text before an utterance, as the service chooses it: the prompt "query" unless empty, else the default one unless that is for stored texts."""
    file = path / "config_sentence_transformers.json"
    config = read_object(file) if file.is_file() else {}
    prompts, standard = config.get("prompts") or {}, config.get("default_prompt_name") or ""
    return prompts.get("query") or ("" if standard in ("document", "passage", "corpus") else prompts.get(standard, ""))


def read_base(name: str) -> BaseFolder:
    """Find and check a base. Every missing file is named at once; modules we cannot put in the graph are refused."""
    path = find_base(name)
    missing = [part for part in NEEDED if not (path / part).is_file()]
    if not any((path / weights).is_file() for weights in ("model.safetensors", "pytorch_model.bin")):
        missing.append("model.safetensors")
    if missing:
        raise Fault(f"the base folder {path} lacks {', '.join(missing)}; it must be a whole sentence-transformers folder")
    modules = module_types(path / "modules.json")
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    if not re.fullmatch(r"Transformer Pooling( Dense)*( Normalize)?", " ".join(kinds)):
        raise Fault(f"modules.json lists {kinds}; expected Transformer, Pooling, perhaps Dense layers, and perhaps Normalize")
    dense = tuple(module["path"] for module, kind in zip(modules, kinds, strict=True) if kind == "Dense")
    lengths = read_object(path / "sentence_bert_config.json", max_seq_length=int)
    if lengths.get("do_lower_case"):
        raise Fault("sentence_bert_config.json asks for lower-casing outside the tokenizer; move it into tokenizer.json's normalizer")
    config = read_object(path / "1_Pooling/config.json", word_embedding_dimension=int)
    modes = [key for key, on in config.items() if key.startswith("pooling_mode_") and on]
    if len(modes) != 1 or modes[0] not in POOLING_KEYS:
        raise Fault(f"1_Pooling/config.json asks for {modes}; expected exactly one of {list(POOLING_KEYS)}")
    prompt = utterance_prompt(path)
    if prompt and config.get("include_prompt") is False:
        raise Fault(f"1_Pooling/config.json leaves the prompt {prompt!r} out of the mean, which the service does not; choose another base")
    dimension = read_object(path / dense[-1] / "config.json", out_features=int)["out_features"] if dense else config["word_embedding_dimension"]
    return BaseFolder(path, POOLING_KEYS[modes[0]], int(dimension), int(lengths["max_seq_length"]), prompt, dense)
