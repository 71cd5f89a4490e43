"""Reconstructs a slice of a real scan with scikit-image and compares ours with it.

Arguments: the scan, the run's folder. Prints the figures as one line of JSON.
"""

import json
import pathlib
import sys

import h5py
import numpy as np
import tifffile
from scipy.ndimage import gaussian_filter, shift
from skimage.transform import iradon

scan, run = map(pathlib.Path, sys.argv[1:3])
record = json.loads((run / "run.json").read_text())
centre = record["axis"]["centre_px"]
first_slice = sorted((run / record["volume"]["path"]).glob("*.tif"))[0]
ours = tifffile.imread(first_slice).astype(np.float64)
columns = ours.shape[1]
assert columns % 2, "an odd number of columns puts both axes on the same voxel"

if scan.suffix == ".h5":
    with h5py.File(scan) as file:
        exchange = file["exchange"]
        dark = exchange["data_dark"][:].mean(axis=0)
        flat = exchange["data_white"][:].mean(axis=0)
        transmission = (exchange["data"][:] - dark) / (flat - dark)
        degrees = exchange["theta"][:]
    line_integrals = -np.log(np.clip(transmission, 1e-4, None))[:, 0, :columns]
    per_cm = 1.0
else:
    line_integrals = tifffile.imread(scan).astype(np.float64)[:, :columns]
    degrees = np.arange(len(line_integrals)) * 360.0 / len(line_integrals)
    per_cm = 10.0 / record["plan"]["grid"]["voxel"]

# scikit-image turns about column n // 2, which is where the sinogram's axis is moved to.
moved = shift(line_integrals, (0, columns // 2 - centre), order=5, mode="nearest")
theirs = per_cm * iradon(moved.T, theta=degrees, filter_name="ramp", circle=True)

y, x = np.mgrid[:columns, :columns]
middle = columns // 2
seen = np.hypot(y - middle, x - middle) < 0.95 * middle


def correlation(one, other):
    one, other = one[seen] - one[seen].mean(), other[seen] - other[seen].mean()
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))


def rod(row, column, radius):
    inside = np.hypot(y - row, x - column) < radius
    mean_ours, mean_theirs = float(ours[inside].mean()), float(theirs[inside].mean())
    return {"ours": mean_ours, "theirs": mean_theirs, "apart": mean_ours / mean_theirs - 1}


figures = {
    "centre": centre,
    "correlation": correlation(ours, theirs),
    # Without the noise of single voxels, which depends on how each interpolates.
    "smooth_correlation": correlation(gaussian_filter(ours, 1), gaussian_filter(theirs, 1)),
}
# Row, column and radius of the uniform rods of the neutron sinogram, seen in its slice.
if scan.suffix != ".h5":
    places = [(626, 356, 60), (384, 252, 40), (277, 512, 25)]
    figures["rods"] = [rod(*place) for place in places]
print(json.dumps(figures))
