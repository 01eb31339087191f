"""What the tests of the widgets share."""

import pytest


@pytest.fixture
def own_ones_forgotten():
    """Representations that a test registers are gone after it."""
    from liftkit.representations import REPRESENTATIONS  # torch takes seconds, and pytest's first process runs no test

    known = dict(REPRESENTATIONS)
    yield
    REPRESENTATIONS.clear()
    REPRESENTATIONS.update(known)
