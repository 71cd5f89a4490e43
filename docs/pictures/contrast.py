"""How far what the group saw by eye stands out in the volumes of the simulated cell.

    python docs/pictures/contrast.py DEMO > docs/contrast.md
    python docs/pictures/contrast.py NEUTRON_SCAN NEUTRON_RUN XRAY_SCAN XRAY_RUN COIN_SCAN COIN_RUN

DEMO is the output folder of `voltomo demo`. Needs numpy and zarr 3. A row for each observation: mean
of µ there and beside, noise of a voxel (root of half the mean square of what slices 4 apart differ
by), and their difference over it. Places are those of the cell as it was built, not those that
voltomo found.
"""
import json
import sys
from pathlib import Path

import numpy as np
import zarr


class Volume:
    """A reconstructed volume, and where the cell's parts are in it."""

    def __init__(self, run, truth, heights):
        group = zarr.open(str(Path(run) / "3-reconstruct/volume.zarr"), mode="r")
        self.grid = group.attrs.asdict()["voltomo"]["grid"]
        self.data = group["0"]
        self.height = json.loads((Path(heights) / "truth/geometry.json").read_text())["cell_height_at_middle_row_mm"]
        at = self.grid["first"][1] + self.grid["voxel"] * np.arange(self.data.shape[1])
        self.y, self.x = np.meshgrid(at, at, indexing="ij")
        self.truth = truth

    def slices(self, low_mm, high_mm):
        """Slices between two heights of the cell, [z, y, x]."""
        a, b = self._range(low_mm, high_mm)
        return np.asarray(self.data[a:b])

    def _range(self, low_mm, high_mm):
        first, voxel = self.grid["first"][0], self.grid["voxel"]
        return max(round((self.height - high_mm - first) / voxel), 0), round((self.height - low_mm - first) / voxel)

    def ring(self, radii, angle_deg=0.0, half_deg=180.0, about=(0.0, 0.0)):
        """Mask of a slice: a part of a ring, radii in mm about a point (x, y)."""
        x, y = self.x - about[0], self.y - about[1]
        radius, angle = np.hypot(x, y), np.degrees(np.arctan2(y, x))
        away = np.abs((angle - angle_deg + 180.0) % 360.0 - 180.0)
        return (radius > radii[0]) & (radius < radii[1]) & (away <= half_deg)

    def part(self, low_mm, high_mm, name):
        """Mask of the slices: voxels whose middle lies in a material (None: in gas)."""
        a, b = self._range(low_mm, high_mm)
        heights = self.height - self.grid["first"][0] - self.grid["voxel"] * np.arange(a, b)
        return self.truth.at(heights, self.y[:, 0], self.x[0], name)


class Truth:
    """What fills each voxel of the simulated cell, on the grid of the neutron scan."""

    def __init__(self, scan):
        truth = Path(scan) / "truth"
        geometry = json.loads((truth / "geometry.json").read_text())
        self.height, volumes = geometry["cell_height_at_middle_row_mm"], geometry["volumes"]
        self.voxel, self.first = volumes["voxel_mm"], volumes["first_voxel_mm"]
        self.labels = zarr.open(str(truth / "labels.zarr"), mode="r")["0"]
        materials = json.loads((truth / "materials.json").read_text())["materials"]
        self.number = {material["name"]: material["label"] for material in materials} | {None: 0}

    def at(self, heights, y, x, name):
        """Mask [z, y, x] of one material at heights of the cell and places in mm."""
        z = np.rint((self.height - heights - self.first[0]) / self.voxel).astype(int)
        rows = np.rint((y - self.first[1]) / self.voxel).astype(int).clip(0, self.labels.shape[1] - 1)
        columns = np.rint((x - self.first[2]) / self.voxel).astype(int).clip(0, self.labels.shape[2] - 1)
        slab = np.asarray(self.labels[z.min():z.max() + 1])
        return slab[np.ix_(z - z.min(), rows, columns)] == self.number[name]


def noise(slab, mask):
    """Standard deviation of a voxel, from slices 4 apart: what goes on along z drops out."""
    apart = (slab[4:] - slab[:-4])[:, mask]
    return float(np.sqrt(np.mean(np.square(apart)) / 2.0))


def line(figure, what, beam, inside, beside, sigma):
    """A row of the table."""
    to_noise = abs(inside - beside) / sigma
    print(f"| {figure} | {what} | {beam} | {inside:.3f} | {beside:.3f} | {sigma:.3f} | {to_noise:.1f} |", flush=True)


HEAD = """# What stands out by how much

For each thing that the group saw by eye ([the list](findings-of-the-group.md)): mean µ there, mean µ
beside it, and the difference over the noise of one voxel, in the reconstructed volumes of the simulated
cells. Places are those of the cells as built. Eyes and methods take many voxels together, so that less
than 1 may be seen and 3 is plain. Made by `docs/pictures/make.sh`.

| figure | what | beam | µ there, 1/cm | µ beside | noise of a voxel | contrast to noise |
|---|---|---|---|---|---|---|"""
ROLL = (-0.12, 0.0)
TAB_DEG = 291.7
# The stripe left of the void, from the middle of the roll; away from it and from the tab.
STRIPE = (2.14, 2.30)
STRIPE_DEG, QUIET = 180.0, (60.0, 60.0)


def both(v, beam, roll_heights):
    """What both beams are asked for; gives a slab of the roll, its mask and the noise there."""
    slab, roll = v.slices(*roll_heights), v.ring((3.0, 8.0), *QUIET)
    sigma = noise(slab, roll)
    mean = slab.mean(axis=0)

    def row(figure, what, inside, beside):
        line(figure, what, beam, float(mean[inside].mean()), float(mean[beside].mean()), sigma)

    row("5c, 6b", "void of the winding rod, beside the roll", v.ring((0.0, 1.4), about=ROLL), roll)
    row("5c, 6b", "stripe left of the void, beside the same windings elsewhere",
        v.ring(STRIPE, STRIPE_DEG, 30.0, ROLL), v.ring(STRIPE, 30.0, 100.0, ROLL))
    row("5c", "stripe along the positive tab, beside the same radius elsewhere",
        v.ring((6.18, 6.34), TAB_DEG, 10.0), v.ring((6.18, 6.34), TAB_DEG - 180.0, 110.0))
    layers = np.percentile(mean[v.ring((4.5, 6.0), *QUIET)], [95, 5])
    line("6b", "windings: bright layers beside dark ones, over 5 mm of height", beam, *map(float, layers), sigma)
    return slab, roll, sigma


def head(v, beam, roll_mean, sigma):
    """The head space: lead, separators, plastic."""
    slab = v.slices(61.0, 62.0)
    inside = v.part(61.0, 62.0, "aluminium")
    gas = v.part(61.0, 62.0, None) & v.ring((2.6, 6.8))
    line("6b", "lead from the roll to the cap, beside gas", beam, float(slab[inside].mean()), float(slab[gas].mean()), sigma)
    slab = v.slices(59.9, 60.5)
    inside = v.part(59.9, 60.5, "pe_membrane_dry") & v.ring((0.0, 2.6))
    gas = np.broadcast_to(v.ring((0.0, 0.9)), slab.shape)
    line("6b", "inner separators above the electrodes, beside the void", beam, float(slab[inside].mean()), float(slab[gas].mean()), sigma)
    slab, edge = v.slices(57.2, 57.8), v.slices(60.1, 60.5)
    ring = v.ring((4.0, 8.0), *QUIET)
    line("6b", "windings below their upper edge, beside what is above", beam, float(slab[:, ring].mean()), float(edge[:, ring].mean()), sigma)
    slab = v.slices(62.7, 64.2)
    for side, angle in (("right", 0.0), ("left", 180.0)):
        ring = np.broadcast_to(v.ring((8.3, 8.8), angle, 40.0), slab.shape)
        line("5c", f"insulator between lid and can, {side}, beside the roll", beam, float(slab[ring].mean()), roll_mean, sigma)
    disc, ring = v.slices(60.68, 60.87), v.ring((3.0, 5.5))
    above = v.slices(61.1, 62.0)[v.part(61.1, 62.0, None) & ring].mean()
    line("5c", "insulator on the roll, beside the gas above", beam, float(disc[:, ring].mean()), float(above), sigma)


def wall(v, beam, slab, sigma):
    """Between roll and can."""
    for side, angle in (("right", 0.0), ("left", 180.0)):
        gap = float(slab[:, v.ring((8.66, 8.82), angle, 25.0)].mean())
        roll = float(slab[:, v.ring((7.4, 8.2), angle, 25.0)].mean())
        line("5c", f"between roll and can, {side}, beside the roll", beam, gap, roll, sigma)


def uniform(v, slab, roll, sigma):
    """How even the roll is to neutrons, in blocks of 0.4 mm, means over the slab's height."""
    size = round(0.42 / v.grid["voxel"])
    count = slab.shape[1] // size
    cut = (slice(0, count * size),) * 2
    blocks = slab.mean(axis=0)[cut].reshape(count, size, count, size).mean(axis=(1, 3))
    blocks = blocks[roll[cut].reshape(count, size, count, size).all(axis=(1, 3))]
    print(f"\nZone of uniform attenuation: {len(blocks)} blocks of 0.4 mm across, mean {blocks.mean():.3f} 1/cm, "
          f"standard deviation {blocks.std():.3f} 1/cm.")


def coin(v):
    """A lying coin cell: layers at right angles to the axis, so noise is that of opposite voxels."""
    slab = v.slices(0.0, 3.2)
    heights = np.linspace(3.2, 0.0, len(slab))
    inner = v.ring((0.0, 5.0))
    opposite = (slab - slab[:, ::-1, ::-1])[:, inner]
    sigma = float(np.sqrt(np.mean(np.square(opposite)) / 2.0))
    profile = slab[:, inner].mean(axis=1)

    def mean(low, high, mask=inner):
        return float(slab[(heights > low) & (heights < high)][:, mask].mean())

    def row(what, inside, beside):
        line("3, 4", what, "neutrons", inside, beside, sigma)

    band = profile[np.abs(heights - 0.896) < 0.1].min()
    shoulders = [profile[(heights > a) & (heights < b)].max() for a, b in ((0.3, 0.8), (1.0, 1.5))]
    row("band of the separator, beside its lesser shoulder", float(band), float(min(shoulders)))
    row("insulating ring, beside the spacer's steel", mean(0.9, 2.2, v.ring((9.45, 9.7))), mean(0.4, 0.65))
    row("gas under the cap, beside the spacer's steel", mean(2.1, 2.8, v.ring((0.0, 5.0))), mean(1.55, 1.8))


def main(neutron_scan, neutron_run, xray_scan, xray_run, coin_scan, coin_run):
    truth = Truth(neutron_scan)
    print(HEAD)
    v = Volume(neutron_run, truth, neutron_scan)
    slab, roll, sigma = both(v, "neutrons", (43.0, 48.0))
    wall(v, "neutrons", slab, sigma)
    head(v, "neutrons", float(slab[:, roll].mean()), sigma)
    x = Volume(xray_run, truth, xray_scan)
    xray_slab, xray_roll, xray_sigma = both(x, "X-rays", (48.0, 53.0))
    head(x, "X-rays", float(xray_slab[:, xray_roll].mean()), xray_sigma)
    coin(Volume(coin_run, None, coin_scan))
    uniform(v, slab, roll, sigma)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        cell, coin_cell = Path(sys.argv[1]) / "18650", Path(sys.argv[1]) / "coin"
        runs = [cell / "neutron-scan", cell / "results/neutron", cell / "xray-scan", cell / "results/xray",
                coin_cell / "neutron-scan", coin_cell / "results/neutron"]
    else:
        runs = sys.argv[1:]
    main(*runs)
