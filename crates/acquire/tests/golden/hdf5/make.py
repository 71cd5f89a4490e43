"""Writes the golden HDF5 files beside this script. Needs h5py and hdf5plugin; knows no Rust.

Every frame value is frame * 100 + row * 10 + column, so that a test can tell it without a file.
"""
import hashlib
import pathlib

import h5py
import hdf5plugin
import numpy

HERE = pathlib.Path(__file__).parent


def counts(frames, rows=4, columns=5, kind="u2"):
    frame, row, column = numpy.indices((frames, rows, columns))
    return (frame * 100 + row * 10 + column).astype(kind)


def nxtomo(path, keys=(2, 1, 1, 0, 0, 1, 0, 3, 0, 1, 2), libver="earliest", **packing):
    """Flats before, during and after; one invalid frame; angles in degrees; pixels of 50 um."""
    with h5py.File(path, "w", libver=libver) as file:
        entry = file.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        entry["definition"] = "NXtomo"
        detector = entry.create_group("instrument/detector")
        packing.setdefault("chunks", (1, 4, 5))
        detector.create_dataset("data", data=counts(len(keys)), **packing)
        detector["image_key"] = numpy.array(keys, "i4")
        for name in "x_pixel_size", "y_pixel_size":
            detector[name] = 50.0
            detector[name].attrs["units"] = "um"
        detector["distance"] = 12.5
        detector["distance"].attrs["units"] = numpy.bytes_("mm")
        entry["instrument/source/probe"] = "neutron"
        entry["sample/rotation_angle"] = numpy.arange(len(keys)) * 10.0
        entry["sample/rotation_angle"].attrs["units"] = numpy.bytes_("degrees")
        entry["control/data"] = numpy.linspace(1e6, 2e6, len(keys))
        entry["data/data"] = h5py.SoftLink("/entry/instrument/detector/data")


def exchange(path, axes="theta:y:x"):
    order = (0, 1, 2) if axes == "theta:y:x" else (1, 0, 2)
    with h5py.File(path, "w") as file:
        file["implements"] = "exchange:measurement"
        for name, count in ("data", 6), ("data_white", 2), ("data_dark", 3):
            file["exchange/" + name] = counts(count, kind=">f4").transpose(order)
            file["exchange/" + name].attrs["axes"] = axes
        file["exchange/theta"] = numpy.arange(6, dtype="f4") * 30
        file["measurement/instrument/detector/pixel_size"] = 1.3e-3
        file["measurement/instrument/detector/pixel_size"].attrs["units"] = "cm"


def tdf(path):
    """The newer generation, with the attribute `axes` that says what the storage is not."""
    listed = numpy.dtype([("filename", "S255"), ("timestamp", "S255")])
    packing = dict(chunks=(1, 1, 5), compression="gzip", shuffle=True, fletcher32=True)
    with h5py.File(path, "w") as file:
        file.attrs["version"] = "1.0"
        file.attrs["implements"] = "exchange:measurement:provenance"
        for name, count in ("data", 6), ("data_white", 2), ("data_dark", 3):
            stored = counts(count).transpose(1, 0, 2)
            file.create_dataset("exchange/" + name, data=stored, **packing)
            file["exchange/" + name].attrs["axes"] = "theta:y:x"
            file["exchange/" + name].attrs["min"] = "0"
        file["provenance/detector_output"] = numpy.zeros(11, listed)
        file["measurement/instrument/detector/pixel_size"] = "9.0"
        file["measurement/instrument/detector/pixel_size"].attrs["units"] = "micron"


def tdf_legacy(path):
    with h5py.File(path, "w") as file:
        for name, count in ("tomo", 6), ("flat", 2), ("flat_post", 1), ("dark", 3):
            file[name] = counts(count).transpose(1, 0, 2)


def linked(path, source):
    """External links to frames, and a virtual dataset over two parts of them."""
    with h5py.File(source, "w") as file:
        file["entry/detector"] = counts(6)
        file["theta"] = numpy.arange(6) * 0.5
    with h5py.File(path, "w", libver="latest") as file:
        group = file.create_group("entry/imaging")
        group["image_key"] = numpy.zeros(6, "i2")
        group["data"] = h5py.ExternalLink(source.name, "/entry/detector")
        group["rotation_angle"] = h5py.ExternalLink(source.name, "/theta")
        layout = h5py.VirtualLayout((8, 4, 5), "u2")
        whole = h5py.VirtualSource(source.name, "entry/detector", (6, 4, 5))
        layout[0:2], layout[2:6:2] = whole[4:6], whole[0:2]
        layout[3:7:2] = whole[2:4]
        file.create_virtual_dataset("shown", layout)


def main():
    nxtomo(HERE / "nxtomo_gzip.nxs", compression="gzip", shuffle=True)
    nxtomo(HERE / "nxtomo_blosc_latest.nxs", libver="latest", **hdf5plugin.Blosc(cname="zstd"))
    nxtomo(HERE / "nxtomo_bitshuffle.nxs", **hdf5plugin.Bitshuffle())
    nxtomo(HERE / "nxtomo_blosc2.nxs", **hdf5plugin.Blosc2())
    nxtomo(HERE / "nxtomo_lzf_odd_chunks.nxs", chunks=(3, 3, 2), compression="lzf")
    exchange(HERE / "exchange.h5")
    exchange(HERE / "exchange_sinograms.h5", "y:theta:x")
    tdf(HERE / "tdf.tdf")
    tdf_legacy(HERE / "tdf_legacy.tdf")
    linked(HERE / "linked.nxs", HERE / "linked_frames.h5")
    for path in sorted(HERE.glob("*.*")):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


if __name__ == "__main__":
    main()
