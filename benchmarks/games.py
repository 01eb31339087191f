"""Record the games that pages of LiftingConsole play back: ``python -m benchmarks.games``; two minutes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import typer

from liftkit.system.files import write_atomically
from liftkit.widgets.lifting_console.controller import PRESETS, LiftingConsoleController
from liftkit.widgets.lifting_console.recorded import GAMES, PICTURES, TERMS


def main(out: Path = GAMES) -> None:
    """The default console's game by each preset: what it shows every few steps, and its curves."""
    console, found = LiftingConsoleController(), {"lifted": [], "scores": [], "curve": []}
    for preset in PRESETS:
        console.set("preset", preset)
        game, pictures = console.game, []
        for steps in [0] + [console.config.steps // PICTURES] * PICTURES:
            game.run(steps, float("inf"))
            pictures.append(game.evaluation)
        found["lifted"].append([now.lifted[game.shown] for now in pictures])
        found["scores"].append([(now.real, now.turned) for now in pictures])
        found["curve"].append(np.stack([game.series("error")[0], *(game.series(name)[1] for name in TERMS)], 1))
        typer.echo(f"{preset}: {pictures[0].error:.1f} -> {pictures[-1].error:.1f} mm")
    about = {
        "command": "python -m benchmarks.games",
        "presets": list(PRESETS),
        "representation": console.trainer.representation.name,
        "seeds": list(console.trainer.seeds),
        "config": console.config.to_dict(),
    }
    small = {name: np.array(each, np.float32 if name == "curve" else np.float16) for name, each in found.items()}
    write_atomically(out, lambda file: np.savez_compressed(file, about=json.dumps(about), **small))
    typer.echo(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
