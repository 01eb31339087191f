"""The manifest says what the lessons are: anything wrong with it, or with a lesson beside it, is named."""

import pytest
from course_files import CELLS, NOTEBOOKS, edit_manifest, run_course, write_lesson

from liftkit.course.authoring.manifest import compare, read_course
from liftkit.course.authoring.publish import lessons_table, neighbours, stale_texts, update


def test_the_course_and_its_manifest_agree_and_nothing_is_published_by_default():
    course = read_course(NOTEBOOKS)
    assert compare(course, NOTEBOOKS) == []
    assert course.repository == "" and stale_texts(course, NOTEBOOKS) == {}
    assert course.lessons[0].file == "00_start_here.ipynb"
    for path in [*NOTEBOOKS.glob("*.ipynb"), NOTEBOOKS.parent / "README.md"]:
        text = path.read_text(encoding="utf-8")
        assert "colab.research" not in text and "mybinder.org" not in text


@pytest.mark.parametrize(
    ("old", "new", "facts"),
    [
        ("minutes = 30", "minutes = 0", r"01_lifting.ipynb: .*1 to 240.* 0$"),
        ("minutes = 30", 'minutes = "30"', r"lesson 2: minutes .*int.*'30'"),
        ("minutes = 30", "minutes = true", r"lesson 2: minutes .*int.*True"),
        ("minutes = 30\n", "", r"lesson 2: expected file, title, minutes, .*found file, title, objectives"),
        ('"01.2"]', '"01.9"]', r"01_lifting.ipynb: .*01\.1, 01\.2, found 01\.9"),
        ('"01.2"]', '"77.1"]', r"01_lifting.ipynb: exercise 77\.1: .*'77'"),
        ('"01.2"]', '"01.2"]\nnumber = "1"', r"lesson 2: .*number such as .*found '01_lifting.ipynb' and '1'"),
        ('hub = ""', 'hub = "hub.uni.edu"', r"JupyterHub.*'hub.uni.edu'"),
        ('folder = "notebooks"', "[words]\nhour = 'Stunde'", r"unknown words hour; there are minutes"),
        ('folder = "notebooks"', "[words]\nshort = '{hours} h'", r"words: short .*'{hours} h'"),
        ('folder = "notebooks"', "[words]\nnext = 3", r"words: next .*3"),
        ('prior = "02"', "prior = 2", r"glossary: .*found 2$"),
        ('["See what is lost."]', "[]", r"01_lifting.ipynb: .*objectives"),
        ('["See what is lost."]', "[1]", r"01_lifting.ipynb: objectives .*strings.*\[1\]"),
        ("01_lifting.ipynb", "lifting.ipynb", r"lesson 2: .*'lifting.ipynb'"),
        ('repository = ""', 'repository = "https://x/y"', r"OWNER/NAME.*'https://x/y'"),
        ('branch = "main"', 'branch = "a b"', r"branch.*'a b'"),
        ("minutes = 30", "minutes = ", r"course.toml: .*TOML"),
    ],
)
def test_a_wrong_manifest_is_refused_with_the_place(folder, old, new, facts):
    edit_manifest(folder, old, new)
    with pytest.raises(ValueError, match=facts):
        read_course(folder)
    result = run_course("check", "--folder", folder)
    assert result.exit_code == 2 and result.stderr.startswith("Error: ")


def test_lessons_out_of_order_are_refused(folder):
    edit_manifest(folder, "00_start_here", "02_start_here")
    edit_manifest(folder, '["00.1", "00.2"]', "[]")
    with pytest.raises(ValueError, match="order.* 02_start_here.ipynb, 01_lifting.ipynb"):
        read_course(folder)


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"course.toml, found no such file; .*--folder"):
        read_course(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "facts"),
    [
        (["# 01 Lifting\n30 minutes", "exercise('01.1') exercise('01.2')"], "'# 01 The lifting problem'"),
        (["# 01 The lifting problem\n3 hours", "exercise('01.1') exercise('01.2')"], "30 minutes"),
        (["# 01 The lifting problem\n30 minutes", "exercise('01.1')"], "lacks exercise 01.2"),
        (["# 01 The lifting problem\n30 minutes", "exercise('01.1') exercise('01.2') exercise('02.1')"],
         "exercise 02.1 is not in course.toml"),
        (["# 01 The lifting problem\n30 minutes", "exercise('01.1') exercise('01.2')", "As lessons 02 and 88 show."],
         "it refers to lesson 88, which is not"),
        (["# 01 The lifting problem\n30 minutes", "exercise('01.1') exercise('01.2')", "[Here](88_gone.ipynb#there)."],
         "it refers to 88_gone.ipynb, which is not"),
    ],
)  # fmt: skip
def test_check_names_how_a_lesson_and_its_entry_disagree(folder, cells, facts):
    assert run_course("check", "--folder", folder).exit_code == 0
    write_lesson(folder / "01_lifting.ipynb", cells)
    result = run_course("check", "--folder", folder)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("01_lifting.ipynb: ") and facts in line


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("Every seed has an interval.", "07", ["interval"]),
        ("Intervals? The OPEN interval.", "07", ["interval"]),
        ("Every seed has an interval.", "01", []),
        ("`interval(errors)` and intervals", "07", []),
    ],
)
def test_a_word_that_a_later_lesson_explains_is_named(folder, text, number, found):
    edit_manifest(folder, 'interval = "07"', f'interval = "{number}"')
    write_lesson(folder / "01_lifting.ipynb", [*CELLS, text])
    problems = [one for one in compare(read_course(folder), folder) if one.startswith("01_")]
    assert problems == [f"01_lifting.ipynb: it uses the word {word!r}, which lesson 07 explains" for word in found]


def test_check_names_files_that_only_one_of_the_two_has(folder):
    (folder / "01_lifting.ipynb").rename(folder / "01_other.ipynb")
    problems = compare(read_course(folder), folder)
    assert problems[0] == "01_other.ipynb is not in course.toml"
    assert problems[1].startswith("01_lifting.ipynb is in course.toml and not in ")


def test_list_and_table_show_every_lesson(folder):
    listed, printed = run_course("list", "--folder", folder).output, lessons_table(read_course(folder))
    assert "The lifting problem" in listed and "30" in listed and "01.1, 01.2" in listed
    assert "| [01 The lifting problem](01_lifting.ipynb) | 30 min | See what is lost. |" in printed


def test_a_number_need_not_be_in_the_files_name_and_exercises_keep_theirs(folder):
    (folder / "01_lifting.ipynb").rename(folder / "lifting.ipynb")
    edit_manifest(folder, 'file = "01_lifting.ipynb"', 'file = "lifting.ipynb"\nnumber = "01"')
    edit_manifest(folder, '["01.1", "01.2"]', '["02.1", "01.2"]')
    write_lesson(folder / "lifting.ipynb", [*CELLS[:1], "exercise('02.1') exercise('01.2')"])
    update(folder)
    course = read_course(folder)
    assert [one.number for one in course.lessons[:3]] == ["00", "01", "02"]
    assert compare(course, folder) == []
    assert "[01 The lifting problem](lifting.ipynb)" in lessons_table(course)


def test_a_translation_gives_its_own_words(folder):
    words = '[words]\nminutes = "{minutes} Minuten"\nlesson = "Lektion"\nbetween = "und"\nnext = "Weiter"\n\n[[lesson]]'
    text = (folder / "course.toml").read_text(encoding="utf-8")
    (folder / "course.toml").write_text(text.replace("[[lesson]]", words, 1), encoding="utf-8")
    write_lesson(
        folder / "01_lifting.ipynb", [CELLS[0].replace("minutes", "Minuten"), *CELLS[1:], "Lektionen 00 und 88"]
    )
    course = read_course(folder)
    (problem,) = [one for one in compare(course, folder) if one.startswith("01_")]
    assert "Lektion 88" in problem or "lesson 88" in problem
    assert neighbours(course, course.lessons[0]).startswith("**Weiter:** [01 ")
    assert any("it must say how long it takes: '35 Minuten'" in one for one in compare(course, folder))
