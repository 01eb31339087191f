"""A lesson's cells as HTML: nbconvert with our template, formulas as MathML, links that stay within the site."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from liftkit.course.authoring.figures import FIGURE, in_words
from liftkit.course.site.cells import FOLD
from liftkit.widgets.widget import PAGE

HERE = Path(__file__).parent
PICTURES = ["image/svg+xml", "image/png", "image/jpeg"]
# What pandas puts beside each table, and the fold around a prediction's result.
TIDIED = re.compile(rf"<style scoped>.*?</style>\s*|{FOLD.pattern}", re.DOTALL)
SHOWN = [PAGE, FIGURE, *PICTURES, "text/html", "text/markdown", "text/latex", "text/plain"]  # the best comes first


def exporter(link: Callable[[str], str | None], folder: Path) -> HTMLExporter:
    """nbconvert's exporter with the site's template.

    Args:
        link: the address on the site of an address in a lesson, or None if it leads nowhere there.
        folder: of the lessons: their pictures are put into the page.
    """
    config = Config({"NbConvertBase": {"display_data_priority": SHOWN}})
    made = HTMLExporter(config=config, extra_template_basedirs=[str(HERE)], template_name="template")
    made.register_filter("tidy", lambda html: TIDIED.sub("", html))
    made.register_filter("picture", lambda data: next((kind for kind in PICTURES if kind in data), None))
    made.register_filter("describe", describe_figure)
    made.register_filter("markdown2html", lambda text: MarkdownWithMath(_Renderer(link, folder)).render(text))
    return made


class _Renderer(IPythonRenderer):
    def __init__(self, link: Callable[[str], str | None], folder: Path):
        super().__init__(escape=False, exclude_anchor_links=True, embed_images=True, path=str(folder))
        self._link = link

    def link(self, text: str, url: str, title: str | None = None) -> str:
        address = self._link(url)
        return text if address is None else super().link(text, address, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        html = super().image(text, url, title)
        if 'src="data:' not in html:
            raise ValueError(f"the picture {url} is not a file beside the lessons, so the site cannot hold it")
        return html

    def block_html(self, html: str) -> str:
        # looking for pictures closes every tag, but a fold's end comes after the Markdown within
        return html if html.lstrip().startswith(("<details", "</details")) else super().block_html(html)

    def inline_math(self, body: str) -> str:
        return formula(body)

    def block_math(self, body: str) -> str:
        return f'<span class="formula">{formula(body, "block")}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def formula(tex: str, display: str = "inline") -> str:
    r"""A formula as MathML, which browsers draw by themselves. Raises ValueError if it is not understood.

    >>> formula("x")
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow><mi>x</mi></mrow></math>'
    """
    try:
        html = convert(tex, display=display)
    except Exception as error:  # its kinds have no common base
        raise ValueError(f"the formula {tex.strip()!r} is not understood: {error!r}") from error
    html = html.replace(r"\_", "_")
    return re.sub(r"(<mi>[a-z]{2,}</mi>)(?=<mi>)", r'\1<mspace width="0.167em" />', html)  # "cos a", not "cosa"


def describe_figure(figure: dict[str, Any]) -> str:
    """A plotly figure in words, as HTML text."""
    return escape("; ".join(["Chart", *in_words(figure)]))
