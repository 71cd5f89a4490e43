#!/usr/bin/env python3
"""Writes a large cone-beam scan of a uniform cylinder, to measure memory and time of a whole run.

    large_cone.py FOLDER            # needs numpy and tifffile
    voltomo run FOLDER/recipe.toml --out OUT --memory 6GiB

900 views of 2266 x 1781 pixels of 64 um, magnified four times: all views of a centred cylinder are
the same, so that one file stands for all (hard links). The volume is 1024 voxels wide and high.
"""
import os
import sys

import numpy as np
import tifffile

VIEWS, ROWS, COLUMNS = 900, 2266, 1781
PIXEL, SOURCE_TO_AXIS, SOURCE_TO_DETECTOR = 0.064, 60.0, 240.0  # mm
RADIUS, ATTENUATION = 9.0, 0.1  # mm, 1/mm
OPEN_BEAM = 60_000.0


def main(folder):
    os.makedirs(folder)
    v, u = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float64)
    u = (u - (COLUMNS - 1) / 2) * PIXEL
    v = (v - (ROWS - 1) / 2) * PIXEL
    flat = np.hypot(SOURCE_TO_DETECTOR, u)
    away = SOURCE_TO_AXIS * np.abs(u) / flat
    chord = 2 * np.sqrt(np.maximum(RADIUS**2 - away**2, 0)) * np.hypot(flat, v) / flat
    frame = np.round(OPEN_BEAM * np.exp(-ATTENUATION * chord)).astype(np.uint16)
    for kind, image, count in [
        ("radiographs", frame, VIEWS),
        ("flats", np.full_like(frame, OPEN_BEAM), 2),
        ("darks", np.zeros_like(frame), 2),
    ]:
        os.mkdir(f"{folder}/{kind}")
        first = f"{folder}/{kind}/{kind}_0000.tif"
        tifffile.imwrite(first, image)
        for k in range(1, count):
            os.link(first, f"{folder}/{kind}/{kind}_{k:04}.tif")
    with open(f"{folder}/recipe.toml", "w", encoding="utf-8") as recipe:
        recipe.write(RECIPE)
    print(f"mu of the cylinder: {10 * ATTENUATION} 1/cm within {RADIUS} mm of the axis")


RECIPE = f"""\
[acquire]
path = "radiographs"
flats = "../flats"
darks = "../darks"
angles = "0:360"
pixel_mm = {PIXEL * SOURCE_TO_AXIS / SOURCE_TO_DETECTOR}

[correct]
spots.method = "none"
dose.method = "none"

[reconstruct]
voxel_mm = 0.0271
centre_px = {(COLUMNS - 1) / 2}
tilt_deg = 0.0
rows = "266:2000"

[reconstruct.cone]
slices = "axis"
source_to_axis_mm = {SOURCE_TO_AXIS}
source_to_detector_mm = {SOURCE_TO_DETECTOR}
detector_pixel_mm = {PIXEL}

[store]
format = "zarr"
"""

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
