"""The table of losses on a tiny model."""

import random
from pathlib import Path

import pytest
import torch
from sentence_transformers.losses import MultipleNegativesSymmetricRankingLoss

from training.base.open_base import open_model
from training.faults import Fault
from training.fit.__main__ import LOSS_NAMES
from training.losses.false_negatives import false_negatives, text_groups
from training.learning.run_settings import RunSettings
from training.learning.train import Lesson, train
from training.losses import table
from training.losses.table import LOSSES, matryoshka
from training.losses.unlabelled import crop, noisy
from training.texts.rows import Row

ROWS = [Row(f"where is my {word}", f"i want my {word} now", (f"cancel the {word}",), group=word) for word in ("order", "card", "item", "ticket")]
JUDGED = [Row(row.a, row.b, score=score) for row, score in zip(ROWS, (1.0, 0.7, 0.4, 0.0), strict=True)]

HARD = [
    Row("where is my order", "cancel the plan"), Row("lost card", "refund please now"),
    Row("where is my card", "where is my cart", score=0.0), Row("lost card", "lost cards", score=0.0),
]
"""Pairs that belong together and lie further apart than those that do not: what online-contrastive picks out."""


def gradient(model: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])


def value_of(name: str, base: str, rows: list[Row], dimensions: tuple[int, ...] = ()) -> tuple[float, torch.Tensor]:
    model, kind = open_model(base, "cpu").eval(), LOSSES[name]
    rows = kind.rows(rows)
    loss = kind.build(model, 2)
    if dimensions:
        loss = matryoshka(model, loss, list(dimensions))
    columns = kind.columns(rows, random.Random(1))
    with torch.no_grad():
        teacher = open_model(base, "cpu")
    value = loss([model.tokenize(column) for column in columns], kind.labels(rows, lambda texts: teacher.encode(texts, convert_to_tensor=True) * 0.5, text_groups(rows)))
    value.backward()
    return value.item(), gradient(model)


def test_the_command_line_names_the_losses_of_the_table() -> None:
    assert set(LOSS_NAMES) == set(LOSSES)


@pytest.mark.parametrize("name", LOSS_NAMES)
def test_every_loss_gives_a_number_and_a_gradient(name: str, base: str) -> None:
    rows = {"cosent": JUDGED, "online-contrastive": HARD}.get(name, ROWS)
    value, slope = value_of(name, base, rows)
    assert value == value and value > 0
    assert torch.isfinite(slope).all() and slope.abs().max() > 0


@pytest.mark.parametrize("dimensions", [(), (16, 8)])
def test_the_cached_ranking_loss_equals_the_plain_one(base: str, dimensions: tuple[int, ...]) -> None:
    plain, plain_slope = value_of("mnrl", base, ROWS, dimensions)
    cached, cached_slope = value_of("mnrl-cached", base, ROWS, dimensions)
    assert cached == pytest.approx(plain, rel=1e-5)
    assert torch.allclose(plain_slope, cached_slope, atol=1e-5)


def test_without_false_negatives_the_ranking_loss_is_that_of_sentence_transformers(base: str) -> None:
    pairs = [Row(row.a, row.b) for row in ROWS]
    model = open_model(base, "cpu").eval()
    theirs = MultipleNegativesSymmetricRankingLoss(model)([model.tokenize([row.a for row in pairs]), model.tokenize([row.b for row in pairs])], None)
    assert value_of("mnrl", base, pairs)[0] == pytest.approx(theirs.item(), rel=1e-5)


def test_texts_of_the_same_intent_and_equal_texts_are_no_negatives() -> None:
    rows = [
        Row("q1", "q2", ("wrong",), group="i"),
        Row("q3", "q4", ("q2",), group="i"),  # q2 stands in the batch as one of intent i
        Row("q5", "Q1"),  # the text of row 0's a, in other letters
        Row("q6", "q7", group="j"),
    ]
    left_out = false_negatives(rows, text_groups(rows))[0].int().tolist()
    #         b: q2 q4 Q1 q7, negatives: wrong q2, back to a: q1 q3 q5 q6
    assert left_out[0] == [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
    assert left_out[1] == [1, 0, 1, 0, 0, 1, 1, 0, 0, 0]  # Q1 has no group in its row and intent i by its words
    assert left_out[2] == [0, 0, 0, 0, 0, 0, 1, 1, 0, 0]
    assert left_out[3] == [0] * 10


def test_a_negative_whose_own_row_is_in_another_batch_is_known_by_its_group() -> None:
    batch = [Row("q1", "q2", ("other",), group="i"), Row("p1", "p2", ("q9",), group="j")]
    groups = text_groups([*batch, Row("Q9", "q8", group="i"), Row("other", "others", group="k")])
    assert false_negatives(batch, groups)[0].int().tolist() == [[0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0]]


def test_a_text_under_two_intents_is_a_negative_of_neither() -> None:
    rows = [Row("q1", "both", group="i"), Row("p1", "both", group="j"), Row("q3", "q4", ("both",), group="i"), Row("p3", "p4", group="j")]
    left_out = false_negatives(rows, text_groups(rows))[0].int().tolist()
    #         b: both both q4 p4, negative: both, back to a: q1 p1 q3 p3
    assert left_out[2] == [1, 1, 0, 0, 1, 1, 0, 0, 0]
    assert left_out[3] == [1, 1, 0, 0, 1, 0, 1, 0, 0]
    assert left_out[0] == [0, 1, 1, 0, 1, 0, 1, 1, 1]  # both answers p3 too, while q1 is no question of p4


def test_the_loop_knows_the_groups_of_all_rows(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(table, "false_negatives", lambda rows, groups: seen.append(groups) or false_negatives(rows, groups))
    train(open_model(base, "cpu"), Lesson(ROWS, RunSettings("mnrl", 1, 2, 1e-3, 32, 7), tmp_path / "x.pt"), False)
    assert seen == [text_groups(ROWS)]


def test_a_loss_that_lacks_its_columns_says_which() -> None:
    plain = [Row("a", "b")]
    for name, said in (("triplet", "neg"), ("margin-mse", "neg"), ("cosent", "score"), ("contrastive", "both kinds")):
        with pytest.raises(Fault, match=said):
            LOSSES[name].rows(plain)
    with pytest.raises(Fault, match="belong together"):
        LOSSES["mnrl"].rows([Row("a", "b", score=0.0)])


def test_a_matryoshka_length_beyond_the_vector_is_refused(base: str) -> None:
    model = open_model(base, "cpu")
    with pytest.raises(Fault, match="32 numbers"):
        matryoshka(model, LOSSES["mnrl"].build(model, 2), [64])


def test_noise_and_crops_keep_words_in_order_and_never_all_vanish() -> None:
    words = [f"w{number}" for number in range(12)]
    for seed in range(50):
        chance = random.Random(seed)
        kept = noisy(" ".join(words), chance).split()
        assert kept == [word for word in words if word in kept] and kept
        run = crop(" ".join(words), chance).split()
        assert run == words[words.index(run[0]) : words.index(run[0]) + len(run)] and len(run) >= 6
        assert noisy("one", chance) == crop("one", chance) == "one"
