"""Benchmarks: run each as ``python -m benchmarks.NAME`` from the repository's root."""

import sys
from pathlib import Path

# The readers of raw data sets (`formats`, `readers`) live beside their scripts, outside the package.
sys.path.insert(0, str(Path(__file__).parents[1] / "data_scripts"))
