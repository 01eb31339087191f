"""What pyproject.toml cannot say: a wheel holds the lessons, which stand beside the package in the clone."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithLessons(build_py):
    def run(self):
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "liftkit", "course", "lessons")
            target.mkdir(parents=True, exist_ok=True)
            for path in [Path("notebooks/course.toml"), *Path("notebooks").glob("[0-9][0-9]_*.ipynb")]:
                shutil.copy2(path, target)


setup(cmdclass={"build_py": WithLessons})
