"""liftkit course site: the lessons as web pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liftkit.cli.common import friendly, say
from liftkit.cli.options import Source


@friendly
def site(
    out: Annotated[Path, typer.Option(help="The folder to write: new, empty, or an earlier site.")] = Path("site"),
    folder: Source = None,
) -> None:
    """Write the executed lessons as a web site that needs no server and no network.

    Example: `liftkit course site --out site`
    """
    from liftkit.course.authoring.manifest import lessons_folder
    from liftkit.course.site.build import build_site

    say("Making every widget of the lessons once more, so that its page answers without a kernel: some minutes.")
    files = build_site(folder or lessons_folder(), out)
    size = sum(path.stat().st_size for path in files)
    say(f"Wrote {len(files)} files, {size / 1e6:.1f} MB. Open {files[0]} in a browser, or copy the folder to a server.")
