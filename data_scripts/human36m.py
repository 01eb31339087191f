"""Human3.6M to a pose file: ``python data_scripts/human36m.py videopose3d data_3d_h36m.npz --out human36m.npz``."""

from liftkit.cli.convert.human36m import app

if __name__ == "__main__":
    app()
