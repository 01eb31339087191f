"""``python -m liftkit`` is the command ``liftkit``."""

from liftkit.cli import app

if __name__ == "__main__":
    app(prog_name="liftkit")
