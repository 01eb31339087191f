"""The poses on which dependence is measured."""

import pytest


@pytest.fixture(scope="session")
def poses():
    """Every 40th test pose of the synthetic data."""
    from liftkit import load_poses  # torch takes seconds, and pytest's first process runs no test

    return load_poses("synthetic").test.select(slice(None, None, 40))
