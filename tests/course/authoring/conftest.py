import shutil

import pytest
from course_files import copy_course


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The course as it is, with another lesson 01, and a README above it; not to be changed."""
    return copy_course(tmp_path_factory.mktemp("course") / "notebooks")


@pytest.fixture
def folder(course, tmp_path):
    """A copy of that course."""
    return shutil.copytree(course.parent, tmp_path, dirs_exist_ok=True) / course.name
