"""The experiment: representations x seeds x data sets, resumable, on one machine or a cluster."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
