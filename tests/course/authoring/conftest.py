import pytest
from course_files import copy_course


@pytest.fixture
def folder(tmp_path):
    """The course as it is, with another lesson 01, and a README above it."""
    return copy_course(tmp_path / "notebooks")
