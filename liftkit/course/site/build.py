"""The course as a static web site: ``build_site``."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from liftkit.course.authoring.manifest import Course, Lesson, read_course, read_lesson
from liftkit.course.authoring.publish import addresses, web_address
from liftkit.system.extras import optional
from liftkit.system.files import write_atomically
from liftkit.system.provenance import cores
from liftkit.view.page import SIDES, script, style

with optional("notebooks"):  # the extra plots is part of it
    import nbformat

    from liftkit.course.site.cells import anchor_of, search_entries, site_cells
    from liftkit.course.site.live import LARGEST, add_pages, page_files
    from liftkit.course.site.render import exporter
    from liftkit.widgets import WIDGETS
    from liftkit.widgets.widget import PAGE
with optional("plots"):
    from plotly.offline import get_plotlyjs

HERE = Path(__file__).parent
HOME = "index.html"
TOUCH = {"pull.html": "DragExplorer", "views.html": "ViewExplorer"}  # pages in which the recorded networks answer


def build_site(folder: Path, out: Path) -> list[Path]:
    """Write the course as a web site that needs no server and no network; an earlier site is replaced.

    Args:
        folder: of the executed lessons and course.toml.
        out: a folder that is new, empty or holds an earlier site.

    Returns:
        The files that were written; the first is the page to open.

    Raises:
        ValueError: if a lesson was not executed, something in it cannot be shown, or ``out`` holds other files.
    """
    course = read_course(folder)
    _check_out(out)
    texts, index = {HOME: ""}, []
    with ThreadPoolExecutor(cores()) as pool:  # each waits for a kernel of its own
        for lesson, notebook in zip(course.lessons, pool.map(partial(_notebook, folder), course.lessons), strict=True):
            texts |= _widget_files(notebook)
            with _naming(folder / lesson.file):
                texts[page_of(lesson)], entries = _lesson_page(course, lesson, notebook, folder)
            index += entries
    templates = exporter(lambda url: url, folder).environment
    texts[HOME] = templates.get_template("home.html.j2").render(resources={"site": _shared(course)})
    for page, name in TOUCH.items():
        widget = WIDGETS[name]()
        texts |= (files := page_files(widget.page_state(budget=LARGEST)))
        about = {"title": widget.controller.title, "state": list(files)[-1], "still": widget.svg(), "sides": SIDES}
        site = _shared(course) | {"widgets": True, "widget": about}
        texts[page] = templates.get_template("touch.html.j2").render(resources={"site": site})
    texts["search.js"] = f"window.searchIndex = {json.dumps(index, ensure_ascii=False)};\n"
    texts |= {name: (HERE / name).read_text(encoding="utf-8") for name in ("site.css", "site.js")}
    if any('class="plotly"' in text for text in texts.values()):
        texts["plotly.min.js"] = get_plotlyjs()
    live = (HERE / "live.js").read_text(encoding="utf-8")
    texts["widget.js"] = live.replace("/* widget */", script().replace("export default widget;", ""))
    texts["widget.css"] = style()
    out.mkdir(exist_ok=True)
    for old in out.glob("widget-*.js"):  # of an earlier site: their names change with their content
        old.unlink()
    return [write_atomically(out / name, lambda f, text=text: f.write(text.encode())) for name, text in texts.items()]


def _check_out(out: Path) -> None:
    if not out.parent.is_dir():
        raise ValueError(f"cannot write {out}: there is no folder {out.parent}")
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or (out / "search.js").is_file())):
        raise ValueError(f"{out}: expected a new or empty folder or an earlier site, found something else")


def page_of(lesson: Lesson) -> str:
    """The name of a lesson's page."""
    return Path(lesson.file).stem + ".html"


def site_address(course: Course, url: str) -> str | None:
    """The address on the site of an address in a lesson; None if there is nothing to point to.

    A lesson becomes its page; another file of the repository is linked where the course is published.
    """
    if re.match(r"[a-z][a-z+.-]*:", url, flags=re.IGNORECASE):
        return url
    path, _, place = url.partition("#")
    anchor = f"#{anchor_of(place)}" if place else ""
    if not path:
        return anchor
    for lesson in course.lessons:
        if path == lesson.file:
            return page_of(lesson) + anchor
    if course.repository and path.startswith("../"):
        return web_address(course, posixpath.normpath(posixpath.join(course.folder, url)))
    return None


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _notebook(folder: Path, lesson: Lesson) -> nbformat.NotebookNode:
    """An executed lesson whose widgets have their pages."""
    stored = json.dumps(read_lesson(folder / lesson.file))
    with _naming(folder / lesson.file):
        notebook = nbformat.reads(stored, as_version=4)
        if not any(cell.get("outputs") for cell in notebook.cells):
            raise ValueError("it shows nothing, as it was not executed: run `liftkit course run` first")
        add_pages(notebook, folder)
        notebook.cells = site_cells(notebook)
    return notebook


def _widget_files(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The scripts of the notebook's live widgets; in its outputs only the first script's name is left."""
    files: dict[str, str] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if PAGE in output.get("data", ()):
                files |= (found := page_files(output.data[PAGE]))
                output.data[PAGE] = list(found)[-1]
    return files


def _lesson_page(
    course: Course, lesson: Lesson, notebook: nbformat.NotebookNode, folder: Path
) -> tuple[str, list[dict[str, str]]]:
    place = course.lessons.index(lesson)
    site = _shared(course) | {
        "lesson": _facts(course, lesson),
        "place": place + 1,
        "before": _facts(course, course.lessons[place - 1]) if place else None,
        "next": _facts(course, course.lessons[place + 1]) if place + 1 < len(course.lessons) else None,
        "sections": [c.metadata.site for c in notebook.cells if c.metadata.site.kind == "heading"][1:],
        "widgets": any(PAGE in o.get("data", ()) for cell in notebook.cells for o in cell.get("outputs", ())),
    }
    made = exporter(lambda url: site_address(course, url), folder)
    html, _ = made.from_notebook_node(notebook, resources={"site": site})
    return html, search_entries(notebook.cells, page_of(lesson), f"{lesson.number} {lesson.title}")


def _shared(course: Course) -> dict[str, Any]:
    lessons = [_facts(course, lesson) for lesson in course.lessons]
    hours = sum(lesson.minutes for lesson in course.lessons) / 60
    touch = [{"page": page, "title": WIDGETS[name].Controller.title} for page, name in TOUCH.items()]
    repository = web_address(course) if course.repository else ""
    return {"title": course.title, "lessons": lessons, "hours": hours, "repository": repository, "touch": touch}


def _facts(course: Course, lesson: Lesson) -> dict[str, Any]:
    return {**vars(lesson), "page": page_of(lesson), "open": addresses(course, lesson)}
