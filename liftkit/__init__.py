"""liftkit: learn unsupervised 2D-to-3D human pose lifting by doing it."""

import lazy_loader

__version__ = "0.1.0"

# Each public name is imported when first used: torch and pandas take seconds, `liftkit --help` needs neither.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
