"""Writes HDF5 files of every type, filter and layout into the folder given, and what numpy sees.

made.txt: name, dataset, frames, rows, columns; NAME.f32: the values as f32. Knows no Rust.
"""
import pathlib
import sys

import h5py
import hdf5plugin
import numpy

FOLDER = pathlib.Path(sys.argv[1])
SHAPE = (6, 14, 17)
KINDS = ["u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8"]
KINDS += [">i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "?"]
PACKINGS = {
    "contiguous": {},
    "chunked": dict(chunks=(1, 14, 17)),
    "odd_chunks": dict(chunks=(4, 3, 5)),
    "gzip": dict(chunks=(1, 14, 17), compression="gzip"),
    "gzip_shuffle_fletcher32": dict(
        chunks=(2, 7, 17), compression="gzip", shuffle=True, fletcher32=True
    ),
    "lzf": dict(chunks=(2, 5, 17), compression="lzf", shuffle=True),
    "scaleoffset": dict(chunks=(1, 14, 17), scaleoffset=0),
    "resizable": dict(chunks=(1, 14, 17), maxshape=(None, None, 17)),
    "plugin_lz4": dict(chunks=(1, 14, 17), **hdf5plugin.LZ4()),
    "plugin_zstd": dict(chunks=(1, 14, 17), **hdf5plugin.Zstd()),
    "plugin_bzip2": dict(chunks=(1, 14, 17), **hdf5plugin.BZip2()),
    "plugin_bitshuffle_lz4": dict(chunks=(2, 14, 17), **hdf5plugin.Bitshuffle()),
    "plugin_bitshuffle_zstd": dict(chunks=(2, 14, 17), **hdf5plugin.Bitshuffle(cname="zstd")),
    "plugin_bitshuffle_none": dict(chunks=(2, 14, 17), **hdf5plugin.Bitshuffle(cname="none")),
}
for codec in "blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd":
    for shuffle in 0, 1, 2:
        blosc = hdf5plugin.Blosc(cname=codec, shuffle=shuffle)
        PACKINGS[f"plugin_blosc_{codec}_{shuffle}"] = dict(chunks=(2, 14, 17), **blosc)
MADE = []


def values(kind):
    """Values over the whole range of the type, for floats with NaN and infinity."""
    generator = numpy.random.default_rng(7)
    kind = numpy.dtype(kind)
    if kind == bool:
        return generator.integers(0, 2, SHAPE).astype(bool)
    if kind.kind == "f":
        numbers = generator.normal(0, 100, SHAPE).astype(kind)
        numbers[0, 0, :3] = numpy.nan, numpy.inf, -numpy.inf
        return numbers
    limits = numpy.iinfo(kind)
    plain = generator.integers(limits.min, limits.max, SHAPE, kind.newbyteorder("="), endpoint=True)
    return plain.astype(kind)


def tell(name, dataset, numbers):
    with numpy.errstate(over="ignore"):
        numpy.ascontiguousarray(numbers, "<f4").tofile(FOLDER / f"{name}.f32")
    MADE.append("\t".join([name, dataset, *map(str, numbers.shape)]))


def types_and_filters(libver):
    for kind in KINDS:
        name = f"{libver}_{kind.replace('<', 'little_').replace('>', 'big_').replace('?', 'bool')}"
        with h5py.File(FOLDER / f"{name}.h5", "w", libver=libver) as file:
            file.create_dataset("stack", data=values(kind), chunks=(1, 14, 17), compression="gzip")
        tell(name, "/stack", values(kind))
    smooth = numpy.add.outer(numpy.arange(6) * 100, numpy.arange(14 * 17).reshape(14, 17))
    for packing, options in PACKINGS.items():
        name = f"{libver}_{packing}"
        with h5py.File(FOLDER / f"{name}.h5", "w", libver=libver) as file:
            file.create_dataset("a/b/stack", data=smooth.astype("u2"), **options)
        tell(name, "/a/b/stack", smooth.astype("u2"))


def many_chunks(libver):
    """Enough chunks for an index of several levels, some of them never written."""
    numbers = numpy.zeros((400, 8, 9), "u2")
    numbers[:300] = values("u2").flat[0] % 999 + numpy.arange(300)[:, None, None]
    with h5py.File(FOLDER / f"{libver}_many.h5", "w", libver=libver) as file:
        stack = file.create_dataset("stack", numbers.shape, "u2", chunks=(1, 3, 4), fillvalue=5)
        stack[:300] = numbers[:300]
    numbers[300:] = 5
    tell(f"{libver}_many", "/stack", numbers)


def virtual_and_linked():
    """Virtual datasets: one file behind the other, each a plane of a file of its own, nested."""
    parts = values("<u2")
    for index in range(3):
        with h5py.File(FOLDER / f"part{index}.h5", "w") as file:
            file["entry/data"] = parts[2 * index : 2 * index + 2]
            file["plane"] = parts[index]
    behind = h5py.VirtualLayout(SHAPE, "u2")
    planes = h5py.VirtualLayout((3, 14, 17), "u2")
    for index in range(3):
        source = h5py.VirtualSource(f"part{index}.h5", "entry/data", (2, 14, 17))
        behind[2 * index : 2 * index + 2] = source
        planes[index] = h5py.VirtualSource(f"part{index}.h5", "plane", (14, 17))
    with h5py.File(FOLDER / "virtual.h5", "w", libver="latest") as file:
        file.create_virtual_dataset("behind", behind)
        file.create_virtual_dataset("planes", planes)
        window = h5py.VirtualLayout((4, 5, 6), "u2")
        window[:] = h5py.VirtualSource(file["behind"])[1:5, 3:8, 4:10]
        file.create_virtual_dataset("window", window)
        file["soft"] = h5py.SoftLink("/group/link")
        file["group/link"] = h5py.ExternalLink("part1.h5", "/entry/data")
        file["outside"] = h5py.ExternalLink("part2.h5", "/entry")
    (FOLDER / "virtual_planes.h5").write_bytes((FOLDER / "virtual.h5").read_bytes())
    for name in "window", "soft", "outside":
        (FOLDER / f"virtual_{name}.h5").write_bytes((FOLDER / "virtual.h5").read_bytes())
    tell("virtual", "/behind", parts)
    tell("virtual_planes", "/planes", parts[:3])
    tell("virtual_window", "/window", parts[1:5, 3:8, 4:10])
    tell("virtual_soft", "/soft", parts[2:4])
    tell("virtual_outside", "/outside/data", parts[4:6])


def attributes():
    """Angles with their unit as every kind of string that HDF5 has."""
    units = {
        "variable_utf8": "degrees",
        "variable_ascii": numpy.array(b"degrees", h5py.string_dtype("ascii")),
        "fixed": numpy.bytes_("degrees"),
        "fixed_padded": numpy.array(b"degrees", "S20"),
        "fixed_utf8": numpy.array("degrees".encode(), h5py.string_dtype("utf-8", 30)),
        "list_of_one": numpy.array([b"degrees"]),
        "list_of_one_variable": ["degrees"],
    }
    for name, unit in units.items():
        with h5py.File(FOLDER / f"unit_{name}.nxs", "w") as file:
            file["entry/data"] = numpy.ones((3, 4, 5), "f4")
            file["entry/image_key"] = numpy.zeros(3, ">i8")
            file["entry/rotation_angle"] = numpy.array([0, 45, 90], ">f4")
            file["entry/rotation_angle"].attrs["units"] = unit
            file["entry/x_pixel_size"] = numpy.array([2.5], "f4")
            file["entry/x_pixel_size"].attrs["units"] = "µm"
            file["entry/instrument/source/probe"] = numpy.array([b"x-ray"])


for version in "earliest", "latest":
    types_and_filters(version)
    many_chunks(version)
virtual_and_linked()
attributes()
(FOLDER / "made.txt").write_text("\n".join(MADE) + "\n")
