"""The text files of a model folder: copied from the base, with the tokenizer's own padding and truncation switched off."""

import json
import shutil
from pathlib import Path

from training.export.base_folder import BaseFolder, read_object
from training.export.manifest import LEARNT_TEXTS

COPIED = (
    "modules.json",
    "sentence_bert_config.json",
    "config.json",
    "1_Pooling/config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)


def has_prompts(base: BaseFolder) -> bool:
    """Whether any prompt is not empty; a folder without stays as it is, digest and all."""
    file = base.path / "config_sentence_transformers.json"
    return file.is_file() and any((read_object(file).get("prompts") or {}).values())


def write_model_files(base: BaseFolder, folder: Path) -> None:
    """Write every configuration the encoder reads. vocab.txt is left out: tokenizer.json holds the vocabulary.

    Some tokenizer.json pad every text to 128 and cut it there. The length limit is the model's max_seq_length, which the
    encoder applies, and padding depends on the batch, so both are set to null. What the base has learnt it knows in any form.
    """
    prompts = ("config_sentence_transformers.json",) if has_prompts(base) else ()
    learnt = (LEARNT_TEXTS,) if (base.path / LEARNT_TEXTS).is_file() else ()
    for part in (*COPIED, *prompts, *learnt, *(f"{layer}/config.json" for layer in base.dense)):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(base.path / part, folder / part)
    tokenizer = read_object(base.path / "tokenizer.json")
    tokenizer["truncation"] = None
    tokenizer["padding"] = None
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text + "\n", encoding="utf-8")
