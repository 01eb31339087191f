"""Benchmarks: run each as ``python -m benchmarks.NAME`` from the repository's root."""

import sys
from pathlib import Path

# The readers of raw data sets (`formats`, `readers`) live beside their scripts, what drives a browser beside the tests.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("data_scripts", "tests/support")]
