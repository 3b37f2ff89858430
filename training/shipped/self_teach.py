"""`python -m training.shipped.self_teach`: a shipped model learns to read an utterance typed otherwise as what was meant, from itself.

The teacher is the model as it is, on the utterance as it was; the student sees a rewording (rewordings.py) and has to give the
teacher's vector (self-teaching, Zhuang & Zuccon 2022). A tenth of the texts are left as they are, long ones among them, so that nothing
else moves. Runs on a CPU in half an hour, in the integers that the graph will compute with.
"""

import argparse
import random
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.export.int8_graph import is_int8_graph, trained_weights
from training.export.manifest import GRAPH_FILE
from training.faults import Fault, run_command
from training.packed.bert import PackedBert
from training.packed.texts import pack_texts
from training.shipped.drawn_texts import TextStream, draw_texts, measured_texts
from training.shipped.learn import logger, save
from training.shipped.objective import taught_loss
from training.shipped.rewordings import Rewording, other_number
from training.shipped.tune import descend, encode, optimiser

STREAMS = (
    TextStream(("dialogue_same_intent",), 40_000),
    TextStream(("duplicate",), 20_000),
    TextStream(("paraphrase",), 20_000),
    TextStream(("title_revision", "title_title", "desc_revision"), 20_000),
    TextStream(("qa", "qa_short"), 15_000),
    TextStream(("dialogue_same_act",), 10_000),
    TextStream(("title_body", "desc_body"), 12_000, "b", spoken=False),
)
LONGEST = 48
"""Word pieces that are read."""


def read_model(folder: Path) -> PackedBert:
    """The model of an int8 graph, to go on from where its training ended."""
    tensors = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(folder / GRAPH_FILE)).graph.initializer}
    if not is_int8_graph(tensors):
        raise Fault(f"{folder} does not compute in int8 as training.shipped.ship writes it; give such a folder")
    bert = PackedBert()
    bert.load_state_dict({name: torch.tensor(np.ascontiguousarray(value)) for name, value in trained_weights(tensors).items()})
    bert.set_mode("quantised")
    return bert


def self_teach(chosen: argparse.Namespace) -> None:
    """Write `<out>.<n>.npz`, what training.shipped.ship reads."""
    rng = random.Random(chosen.seed)
    torch.manual_seed(chosen.seed)
    texts, spoken = draw_texts(chosen.pairs, STREAMS, rng, measured_texts(chosen.measuring))
    texts, spoken = texts[: chosen.steps * chosen.texts], spoken[: chosen.steps * chosen.texts]
    rewording = Rewording(rng, other_number(texts))
    seen = [rewording.reworded(text) if is_spoken else text for text, is_spoken in zip(texts, spoken, strict=True)]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    bert = read_model(chosen.model).to(device)
    given, asked = (pack_texts(some, chosen.model / "tokenizer.json", LONGEST, device) for some in (texts, seen))
    teacher = encode(bert, given, 128)

    def loss_at(step: int) -> torch.Tensor:
        rows = np.arange((step - 1) * chosen.texts, step * chosen.texts) % len(texts)
        return taught_loss(bert(asked.batch(rows)), teacher[torch.from_numpy(rows).to(device)])

    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    descend(bert, optimiser(bert, chosen.rate, freeze_words=False), chosen.steps, loss_at, logger(Path(f"{chosen.out}.log")))
    save(bert, chosen.out)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped.self_teach",
        description=__doc__,
        epilog='example: python -m training.shipped.self_teach --model models/faqmatch-minilm-l6 --pairs DATA/train/pairs --measuring "$FAQMATCH_EVAL_DATA" --out OTHER/taught',
    )
    parser.add_argument("--model", type=Path, required=True, help="the model folder that training.shipped.ship wrote")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of *.jsonl.gz")
    parser.add_argument("--measuring", type=Path, required=True, help="the measuring sets (FAQMATCH_EVAL_DATA): their texts are left out")
    parser.add_argument("--out", type=Path, required=True, help="stem of the weight files, for training.shipped.ship")
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--texts", type=int, default=192, help="of one step")
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=21)
    self_teach(parser.parse_args())


if __name__ == "__main__":
    run_command(main)
