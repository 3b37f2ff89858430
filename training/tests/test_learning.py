"""The loop: repeatable, resumable, and clear about what went wrong."""

import os
import signal
from pathlib import Path

import pytest
import torch

from training.base.open_base import open_model
from training.faults import Fault, Interrupted
from training.learning import train as loop
from training.learning.batches import batch_of
from training.learning.loss_picture import loss_picture
from training.learning.run_settings import RunSettings, rate_at
from training.learning.train import Lesson, train
from training.texts.rows import Row

ROWS = [Row(f"where is {word}", f"find {word} now", group=word) for word in ["order", "card", "item", "ticket", "phone", "bank", "plan", "email"]]
SETTINGS = RunSettings("mnrl", 12, 4, 1e-3, 32, 7)


def weights(base: str, lesson: Lesson, resume: bool = False) -> dict[str, torch.Tensor]:
    model = open_model(base, "cpu")
    train(model, lesson, resume)
    return model.state_dict()


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(base: str, tmp_path: Path) -> None:
    first = weights(base, Lesson(ROWS, SETTINGS, tmp_path / "1.pt"))
    assert equal(first, weights(base, Lesson(ROWS, SETTINGS, tmp_path / "2.pt")))
    assert not equal(first, weights(base, Lesson(ROWS, RunSettings("mnrl", 12, 4, 1e-3, 32, 8), tmp_path / "3.pt")))


@pytest.mark.parametrize("loss", ["mnrl", "mnrl-cached", "tsdae"])
@pytest.mark.parametrize("stopped_at", [5, 12])
def test_a_run_stopped_by_ctrl_c_and_resumed_gives_the_same_weights(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str, stopped_at: int
) -> None:
    settings = RunSettings(loss, 12, 4, 1e-3, 32, 7)
    whole = weights(base, Lesson(ROWS, settings, tmp_path / "whole.pt"))
    lesson, own = Lesson(ROWS, settings, tmp_path / "part.pt"), loop.take_step
    steps = iter(range(1, 13))

    def interrupted_step(*arguments: object) -> float:
        if next(steps) == stopped_at:
            os.kill(os.getpid(), signal.SIGINT)
        return own(*arguments)

    with monkeypatch.context() as patch, pytest.raises(Interrupted, match=f"after step {stopped_at} of 12"):
        patch.setattr(loop, "take_step", interrupted_step)
        weights(base, lesson)
    assert equal(whole, weights(base, lesson, resume=True))


def test_a_loss_that_is_no_number_ends_the_run(base: str, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="not a number at step"):
        weights(base, Lesson(ROWS, RunSettings("mnrl", 12, 4, 1e30, 32, 7), tmp_path / "x.pt"))
    assert not (tmp_path / "x.pt").exists()


def test_a_loss_that_is_no_number_after_an_earlier_lesson_says_to_remove_its_state(base: str, tmp_path: Path) -> None:
    weights(base, Lesson(ROWS, SETTINGS, tmp_path / "text.pt"))
    with pytest.raises(Fault, match=f"not a number at step .*; remove the folder {tmp_path} first, .* then give a lower --rate"):
        weights(base, Lesson(ROWS, RunSettings("mnrl", 12, 4, 1e30, 32, 7), tmp_path / "x.pt"))


def test_a_checkpoint_of_other_data_or_settings_is_refused(base: str, tmp_path: Path) -> None:
    weights(base, Lesson(ROWS, SETTINGS, tmp_path / "x.pt"))
    with pytest.raises(Fault, match="other data, settings, base or teacher"):
        weights(base, Lesson(ROWS[1:], SETTINGS, tmp_path / "x.pt"), resume=True)


def test_a_damaged_checkpoint_is_named(base: str, tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"half a file")
    with pytest.raises(Fault, match="cannot be read"):
        weights(base, Lesson(ROWS, SETTINGS, tmp_path / "x.pt"), resume=True)


def test_a_full_disk_is_a_clear_error_and_leaves_no_checkpoint(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(Fault, match="make room"):
        weights(base, Lesson(ROWS, SETTINGS, tmp_path / "x.pt"))
    assert list(tmp_path.iterdir()) == []


def test_each_epoch_holds_every_row_once() -> None:
    seen = [row for step in range(4) for row in batch_of(ROWS, 4, 7, step)]
    assert sorted(map(str, seen[:8])) == sorted(map(str, seen[8:])) == sorted(map(str, ROWS))
    assert len(batch_of(ROWS, 100, 7, 0)) == len(ROWS)


def test_the_learning_rate_rises_and_falls_to_nearly_nothing() -> None:
    rates = [rate_at(RunSettings("mnrl", 100, 4, 1.0, 32, 7), step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == 1.0 and rates[-1] == pytest.approx(1 / 90)
    assert rate_at(RunSettings("mnrl", 1, 4, 1.0, 32, 7), 0) == 1.0


def test_a_picture_is_drawn_of_any_run() -> None:
    assert "<svg" in loss_picture([1.0], "one step") and "<svg" in loss_picture([2.0, 1.5, 1.5], "three")
    assert loss_picture([], "none") == "<p>none: no steps</p>"
