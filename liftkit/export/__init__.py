"""Lifted motion for other programs and for the eye: arrays, tables, glTF and a page."""

from liftkit.export.motion import WRITERS, LiftedMotion, write_motion

__all__ = ["WRITERS", "LiftedMotion", "write_motion"]
