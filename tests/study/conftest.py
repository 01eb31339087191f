"""The poses of small studies."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def poses():
    """Every 61st pose of the synthetic data."""
    from liftkit import load_poses  # torch takes seconds, and pytest's first process runs no test

    every = load_poses("synthetic")
    return every.select(np.arange(0, len(every), 61))
