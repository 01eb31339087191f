"""The pages made from two lessons that are written here: what is linked, loaded, folded, shown and found."""

import json
import re
from urllib.parse import urlsplit

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from small_course import FIGURE, FIRST, Page, read_index, write_course

from liftkit.course.site.build import TOUCH, build_site
from liftkit.widgets.widget import PAGE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    build_site(write_course(folder / "lessons"), folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def first(site):
    return Page(site / "00_first.html")


@pytest.fixture
def build(tmp_path):
    """Build a site from a course whose first lesson has these cells; its folder."""

    def make(cells, **options):
        build_site(write_course(tmp_path / "lessons", cells, **options), tmp_path / "site")
        return tmp_path / "site"

    return make


def test_every_link_leads_to_a_page_and_a_place_in_it(site):
    pages = {path.name: Page(path) for path in site.glob("*.html") if path.name not in TOUCH}
    assert set(pages) == {"index.html", "00_first.html", "01_second.html"}
    assert set(TOUCH) <= set(pages["index.html"].addresses)
    for name, page in pages.items():
        for address in page.addresses:
            parts = urlsplit(address)
            if parts.scheme == "data":
                continue
            assert not parts.scheme and not parts.netloc, f"{name} points outside: {address}"
            target = parts.path or name
            assert (site / target).is_file(), f"{name}: {address}"
            if parts.fragment:
                ids = [attributes.get("id") for _, attributes, _ in pages[target].elements]
                assert ids.count(parts.fragment) == 1, f"{name}: {address}"


def test_styles_and_scripts_name_no_host(site):
    ours = [path for path in site.iterdir() if path.name != "plotly.min.js"]
    text = "".join(path.read_text(encoding="utf-8") for path in ours)
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}  # the name of a namespace
    assert "@import" not in text and "url(" not in text


def test_lessons_are_listed_with_their_minutes_and_linked_to_each_other(site, first):
    home = Page(site / "index.html")
    assert [text for text, around in home.texts if around[-1] == "title"] == ["Small <course>"]
    for page in (home, first):
        assert {"7 min", "19 min"} <= {text for text, _ in page.texts}
    turn = {a["rel"]: a["href"] for _, a, _ in first.elements if "rel" in a and "href" in a}
    assert turn["next"] == "01_second.html" and "prev" not in turn
    assert Page(site / "01_second.html").attributes("a", "rel") == ["prev"]
    assert first.attributes("a", "aria-current") == ["page"]


def test_what_answers_a_prediction_is_folded(first):
    for words in ("measured in secret", "forty-two", "fifty-two", "That is many"):
        assert "details" in first.around(words)
    assert not [a for tag, a, _ in first.elements if tag == "details" and "open" in a]
    for words in ("Before you go on", "Look.", "How far?"):
        assert "details" not in first.around(words)


def test_a_prediction_that_nothing_reads_folds_what_is_shown_next(build):
    cells = [*FIRST[:4], new_markdown_cell("So it is."), new_markdown_cell("## After\n\nOn we go.")]
    page = Page(build(cells) / "00_first.html")
    assert "details" in page.around("measured in secret") and "details" in page.around("So it is.")
    assert "details" not in page.around("On we go.")


def test_an_answer_has_one_fold_and_a_further_question_in_it_keeps_its_own(build):
    folds = [f"<details><summary>{title}</summary>\n\nSo.\n\n</details>" for title in ("After your guess: why", "And?")]
    made = (build([*FIRST[:5], *map(new_markdown_cell, folds)]) / "00_first.html").read_text(encoding="utf-8")
    assert "After your guess" not in made and made.count("So.") == 2 and "<summary>And?</summary>" in made


def test_figures_and_pictures_are_there(site, first):
    scripts = [text for text, around in first.texts if around[-1] == "script" and '"scatter"' in text]
    assert [json.loads(text) for text in scripts] == [FIGURE]
    assert [a["aria-label"] for _, a, _ in first.elements if a.get("class") == "plotly"] == ["Chart; weight"]
    assert (site / "plotly.min.js").stat().st_size > 1_000_000
    assert first.around("a square")[-2:] == ("svg", "title")
    assert "viewbox" in dict(next(a for tag, a, _ in first.elements if tag == "svg" and a.get("role") == "img"))


def test_formulas_are_mathml(first):
    assert {"math", "msqrt"} <= {tag for tag, _, _ in first.elements}
    assert not [text for text, around in first.texts if "$" in text and around[-1] != "script"]


def test_a_table_keeps_no_style_of_its_own(first):
    assert "table" in {tag for tag, _, _ in first.elements} and "style" not in {tag for tag, _, _ in first.elements}


def test_a_task_is_shown_once_and_says_where_it_runs(first):
    code = "".join(text for text, around in first.texts if "pre" in around)
    assert code.count("def") == 1 and 'exercise("00.1")\n' not in code
    assert not [text for text, _ in first.texts if "not attempted" in text]
    assert "index.html#run" in first.addresses


def test_a_published_course_links_to_colab_binder_and_its_files(build):
    addresses = Page(build(FIRST, repository="me/mine") / "00_first.html").addresses
    colab = "https://colab.research.google.com/github/me/mine/blob/main/notebooks/00_first.ipynb"
    binder = "https://mybinder.org/v2/gh/me/mine/main?labpath=notebooks%2F00_first.ipynb"
    assert addresses.count(colab) == addresses.count(binder) == 2  # the lesson's and the exercise's
    assert "https://github.com/me/mine/blob/main/results/README.md" in addresses


def test_a_file_of_an_unpublished_course_is_no_link(first):
    assert "a" not in first.around("the table")


def test_the_search_finds_words_with_the_section_that_holds_them(site):
    index = read_index(site)

    def found(word):
        return [one["address"] for one in index if word in one["text"] + one["code"]]

    assert found("ostrich") == ["01_second.html#even-longer"] and found("neck_length") == found("ostrich")
    assert found("giraffe") == ["00_first.html#long-necks"]
    assert found("Viewer()") == ["00_first.html#pictures"] == found("How far?")
    assert [one["lesson"] for one in index] == ["00 First"] * 3 + ["01 Second"] * 2


def test_a_widget_that_stores_its_page_comes_to_life(build):
    weights = "w" * 30_000
    state = {"scene": {"title": "</script><b>"}, "status": {}, "answers": {"lifter": weights}}
    data = [{PAGE: {**state, "note": note}, "image/svg+xml": "<svg></svg>", "text/plain": "W"} for note in "ab"]
    cells = [new_code_cell("W()", outputs=[new_output("display_data", one)]) for one in data]
    folder = build([*FIRST[:2], *cells])
    page = Page(folder / "00_first.html")
    files = page.attributes("div", "data-state")
    assert len(set(files)) == 2 and {"widget.js", "widget.css"} <= set(page.addresses)
    assert "svg" in {tag for tag, _, _ in page.elements}
    first, second = ((folder / name).read_text(encoding="utf-8") for name in files)
    assert first.startswith(f'liftkitPart("{files[0]}", {{') and weights not in first
    (part,) = set(re.findall(r'{"part":"([^"]+)"}', first + second))  # once for both
    assert (folder / part).read_text(encoding="utf-8") == f'liftkitPart("{part}", "{weights}");\n'
    assert "widget.js" not in Page(folder / "01_second.html").addresses


def test_an_earlier_site_is_replaced_and_other_files_are_not(tmp_path):
    lessons = write_course(tmp_path / "lessons")
    build_site(lessons, tmp_path / "site")
    page = tmp_path / "site" / "index.html"
    page.write_text("old")
    (tmp_path / "site" / "widget-0123.js").touch()
    build_site(lessons, tmp_path / "site")
    assert Page(page).elements and not (tmp_path / "site" / "widget-0123.js").exists()
    with pytest.raises(ValueError, match="lessons.*earlier site"):
        build_site(lessons, lessons)
    with pytest.raises(ValueError, match="no folder"):
        build_site(lessons, tmp_path / "no" / "site")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([FIRST[0], new_code_cell("1 + 1")], "00_first.ipynb.*not executed.*liftkit course run"),
        ([*FIRST[:4], new_markdown_cell("![a cat](https://example.org/cat.png)")], "00_first.ipynb.*cat.png"),
        ([*FIRST[:4], new_markdown_cell("![a cat](cat.png)")], "00_first.ipynb.*cat.png"),
        ([*FIRST[:4], new_markdown_cell(r"$\left( x$")], "00_first.ipynb.*left"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_lesson(build, tmp_path, cells, words):
    with pytest.raises(ValueError, match=words):
        build(cells)
    assert not (tmp_path / "site").exists()


def test_a_damaged_lesson_is_named_once(tmp_path):
    lessons = write_course(tmp_path / "lessons")
    (lessons / "01_second.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="not a readable notebook") as error:
        build_site(lessons, tmp_path / "site")
    assert str(error.value).count("01_second.ipynb") == 1


def test_what_a_lesson_folds_is_inside_the_fold(build):
    fold = "<details><summary>After your guess</summary>\n\nThe answer is *seventeen*.\n\n</details>\n\nGo on."
    page = (build([*FIRST, new_markdown_cell(fold)]) / "00_first.html").read_text(encoding="utf-8")
    _, _, after = page.partition("<summary>After your guess</summary>")
    assert "<em>seventeen</em>" in after.partition("</details>")[0] and "Go on." not in after.partition("</details>")[0]
