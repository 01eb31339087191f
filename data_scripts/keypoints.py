"""Your own key points to a pose file: ``python data_scripts/keypoints.py walk.json --out walk.npz``.

COCO, OpenPose, MediaPipe, MMPose, Ultralytics or a table: :mod:`liftkit.readers.keypoints` tells what is read and how.
Beside the pose file a file of the same name that ends in .json tells where it comes from.
"""

from liftkit.cli.convert.keypoints import app

if __name__ == "__main__":
    app()
