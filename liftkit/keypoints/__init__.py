"""A person's own 2D keypoints, from a detector's file to poses. The way of a file, in the order of the modules:

- open: ``opening`` sees what a file is, and hands it to the reader of its form;
- recognise: ``json_files`` (with ``frames``: which frame is whose), ``tables`` (with ``columns``), ``arrays``;
  ``points`` knows the forms of one person's points, ``labels`` what keys and names of files mean;
- order: ``people`` makes arrays of all detections; ``names`` knows the detectors' orders and Human3.6M's joints;
- person: ``tracks`` follows one person among many;
- time: ``gaps`` drops wild points and interpolates missing ones;
- check: :mod:`liftkit.data.plausible` compares the poses with people.

``reading.read_keypoints`` goes this way, step by step.
"""
