"""Run a lesson from top to bottom, as a student does, and store what its cells showed in the notebook."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path
from queue import Empty

from liftkit.course.authoring.figures import add_pictures
from liftkit.system.extras import optional
from liftkit.system.files import write_atomically

with optional("notebooks"):
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

LIVE = "application/vnd.jupyter.widget-view+json"  # refers to a model that is gone when the notebook is opened again
SECONDS = 900  # that a cell may take


def run_lesson(path: Path) -> Path:
    """Run a notebook and store its outputs, without widget state and times; ValueError if a cell fails.

    Figures get still pictures if Chromium is installed.
    """
    notebook = nbformat.read(path, as_version=4)
    try:
        run_cells(notebook, path.parent)
    except CellExecutionError as error:
        raise ValueError(f"{path}: a cell failed; the file is as it was\n{error}") from error
    drop_live(notebook)
    notebook.metadata.language_info = {"name": "python"}  # without the version that happened to run it
    write_atomically(path, lambda file: file.write((nbformat.writes(notebook, indent=1) + "\n").encode()))
    if add_pictures(notebook):
        write_atomically(path, lambda file: file.write((nbformat.writes(notebook, indent=1) + "\n").encode()))
    return path


class Client(NotebookClient):
    """Looks for a reply every second: now and then a socket that is also written to (by a widget) does not wake its
    reader, who then waits until the cell's time is over, 15 minutes."""

    async def async_start_new_kernel_client(self):
        client = await super().async_start_new_kernel_client()
        read = client.shell_channel.get_msg

        async def get_msg(timeout: float | None = None):
            left = math.inf if timeout is None else timeout
            while left > 1:
                with suppress(Empty):
                    return await read(timeout=1)
                left -= 1
            return await read(timeout=left)

        client.shell_channel.get_msg = get_msg
        return client


def run_cells(notebook: nbformat.NotebookNode, folder: Path, kind: type[Client] = Client) -> Client:
    """Run a notebook's cells in place, in a new kernel that works in ``folder``. Returns the client that ran them."""
    client = kind(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False,
                  resources={"metadata": {"path": str(folder)}},
                  extra_arguments=["--IPKernelApp.log_level=ERROR"])  # fmt: skip
    client.execute(env={**os.environ, "PLOTLY_RENDERER": "plotly_mimetype"})  # charts as data: not 5 MB of plotly each
    notebook.metadata.pop("widgets", None)  # kept while cells run: without it nbclient fails at an Output widget
    return client


def drop_live(notebook: nbformat.NotebookNode) -> None:
    """Take out of a notebook's outputs what only a live kernel can show."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _keep(output)]


def _keep(output: nbformat.NotebookNode) -> bool:
    """Whether anything is left of an output without its live view, which is taken out."""
    if output.output_type == "stream" and output.name == "stderr":
        return False  # progress bars of a terminal and the like
    return not ("data" in output and output.data.pop(LIVE, None) and set(output.data) <= {"text/plain"})
