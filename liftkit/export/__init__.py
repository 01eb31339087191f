"""Lifted motion for other programs and for a browser: arrays, tables, BVH, glTF and a page."""

from liftkit.export.motion import WRITERS, LiftedMotion, lift_motion, write_motion

__all__ = ["WRITERS", "LiftedMotion", "lift_motion", "write_motion"]
