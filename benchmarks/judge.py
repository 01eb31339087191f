"""Train the discriminator that ViewExplorer opens with: ``python -m benchmarks.judge``; a minute.

The recorded discriminators are those of the last training step, when lifted poses look real to them: over the circle
of views they no longer prefer the true depth. This one learned against depths that are wrong at random.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
import torch
import typer
from safetensors.torch import save

from liftkit import Discriminator, load_poses
from liftkit.correlation.swapping import depth_scale
from liftkit.geometry import attach_depth, normalise, project, turn
from liftkit.losses import discriminator_loss
from liftkit.priors import DRAWS, get_prior
from liftkit.recorded import JUDGE, judge_lifter
from liftkit.run import halved
from liftkit.system.files import write_atomically

BATCH, RATE = 256, 1e-3
LONGEST = 1.5  # of the factor, either sign, by which another pose's depths are taken; every fourth one is flat


def main(steps: Annotated[int, typer.Option(help="Training steps of 256 poses.")] = 2000) -> None:
    """Real 2D poses against views of poses that got the depths of somebody else."""
    run, poses, draw = judge_lifter(), load_poses("synthetic").train, torch.Generator().manual_seed(0)
    x2d = torch.from_numpy(normalise(poses.x2d).astype(np.float32))
    z = torch.from_numpy(((poses.x3d[..., 2] - poses.x3d[:, :1, 2]) / depth_scale(poses)[0][..., 0]).astype(np.float32))
    torch.manual_seed(0)
    judge, config = Discriminator(run.config.width), replace(run.config, azimuth=180.0)
    optimiser = torch.optim.Adam(judge.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        real, fake, other = torch.randint(len(x2d), (3, BATCH), generator=draw)
        factor = LONGEST * (2 * torch.rand(BATCH, 1, generator=draw) - 1)
        factor[::4] = 0
        turns = get_prior(config.prior)(torch.rand(1, BATCH, DRAWS, generator=draw), config)[:, 0].float()
        views = project(turn(attach_depth(x2d[fake], factor * z[other]), turns[0]))
        loss = discriminator_loss(judge(x2d[real][None]), judge(views[None]), torch.tensor([False])).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0:
            typer.echo(f"step {step}: loss {loss.item():.3f}")
    write_atomically(JUDGE, lambda file: file.write(save(halved(judge.state_dict()))))
    typer.echo(JUDGE)


if __name__ == "__main__":
    typer.run(main)
