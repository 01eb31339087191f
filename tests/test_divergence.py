"""How a run ends, on purpose or not: what was learned is kept, and what happened is reported."""

import numpy as np
import pytest
import torch
from trainers import POSES, QUICK, same, trainer

from liftkit import divergence
from liftkit.losses import LOSSES, LossTerm, reprojection
from liftkit.training import train


def poisoned(member: int, at: int, kind: str):
    """A reprojection term that from step ``at`` on gives one member NaN: as its value or only as its gradient."""
    calls = []

    def term(cycle, discriminator):
        calls.append(None)
        loss = reprojection(cycle)
        if len(calls) < at:
            return loss
        members = list(loss.unbind())
        mine = members[member]
        # the square root is 0, its gradient infinite
        members[member] = mine * float("nan") if kind == "value" else mine + (mine - mine.detach()).sqrt()
        return torch.stack(members)

    return LossTerm(term, 10.0)


def stop_at(step: int):
    return lambda trained: trained.stop() if trained.steps_done == step else None


def interrupt_at(step: int):
    def callback(trained):
        if trained.steps_done == step:
            raise KeyboardInterrupt

    return callback


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind, at, callbacks, reason",
    [
        ("value", 7, [], r"diverged at step 7 \(reprojection is not finite\)"),
        ("value", 7, [stop_at(8)], r"diverged at step 7 \(reprojection is not finite\)"),
        ("value", 7, [interrupt_at(9)], r"diverged at step 7 \(reprojection is not finite\)"),
        ("gradient", 10, [], r"diverged at step 10 \(.*weight.* not finite\)"),
    ],
)
def test_a_run_that_diverges_goes_back_to_the_last_good_state_and_names_seed_and_step(
    monkeypatch, kind, at, callbacks, reason
):
    good = trainer(seeds=(5, 8, 6), record_every=1, knee_every=99).run(5)
    monkeypatch.setattr(divergence, "CHECK_EVERY", 5)
    monkeypatch.setitem(LOSSES, "reprojection", poisoned(1, at, kind))
    trained = trainer(seeds=(5, 8, 6), record_every=1, knee_every=99)
    message = rf"^the member with seed 8 {reason}; back to step 5, the last good one$"
    with pytest.warns(RuntimeWarning, match=message):
        trained.run(callbacks=callbacks)
    assert trained.steps_done == 5
    assert same(trained, good)
    assert trained.to_run().message == trained.message
    monkeypatch.undo()
    assert same(trained.run(3), good.run(3))
    assert trained.message == ""


@pytest.mark.slow
def test_the_default_check_comes_before_much_is_lost(monkeypatch):
    monkeypatch.setitem(LOSSES, "reprojection", poisoned(0, 53, "value"))
    with pytest.warns(RuntimeWarning, match="seed 4 diverged at step 53 .* back to step 50"):
        run = train("five_parts", POSES, (4,), **(QUICK | {"steps": 300}))
    assert np.isfinite(run.lift(POSES)).all()


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_learned_and_warns():
    with pytest.warns(RuntimeWarning, match="interrupted at step 7"):
        trained = trainer(record_every=1).run(callbacks=[interrupt_at(7)])
    assert same(trained, trainer(record_every=1).run(7))
    assert trained.message == "interrupted at step 7; what was learned until then is kept"
    with pytest.warns(RuntimeWarning, match="interrupted"):
        run = train("legs_torso", POSES, callbacks=[interrupt_at(7)], device="cpu", **QUICK)
    assert run.message == trained.message
    np.testing.assert_array_equal(run.lift(POSES), trained.to_run().lift(POSES))


def test_callbacks_are_closed_however_the_run_ends():
    class Closes:
        closed = 0

        def __call__(self, trained):
            if trained.steps_done == 2:
                raise LookupError

        def close(self):
            self.closed += 1

    callback, trained = Closes(), trainer()
    trained.run(1, [callback])
    assert callback.closed == 1
    with pytest.raises(LookupError):
        trained.run(1, [callback])
    assert callback.closed == 2


def test_stop_ends_a_run_after_the_step_and_the_next_run_goes_on():
    trained = trainer(record_every=1).run(callbacks=[stop_at(5)])
    assert (trained.steps_done, trained.message) == (5, "")
    assert same(trained.run(3), trainer(record_every=1).run(8))


def test_callbacks_are_called_in_order_after_every_step_and_their_errors_pass_through():
    calls = []

    def first(trained):
        calls.append(("first", trained.steps_done))

    def second(trained):
        calls.append(("second", trained.steps_done))
        if trained.steps_done == 2:
            raise OSError("the disk is full")

    trained = trainer()
    with pytest.raises(OSError, match="the disk is full"):
        trained.run(callbacks=(callback for callback in (first, second)))
    assert calls == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]
    assert trained.steps_done == 2
