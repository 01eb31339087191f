"""Motion capture to a pose file: CMU's database as ASF and AMC, BVH files of any skeleton, joint positions.

Start with ``python data_scripts/cmu.py asf 35.asf 35_01.amc --check``, which says what it found and writes nothing.
"""

from liftkit.cli.convert.cmu import app

if __name__ == "__main__":
    app()
