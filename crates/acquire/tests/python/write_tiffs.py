"""Writes TIFF stacks in many variants with tifffile, and beside each its values as f32."""
import pathlib
import sys

import numpy
import tifffile

out = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(7)
made = []


def values(dtype, shape=(3, 37, 53)):
    kind = numpy.dtype(dtype)
    if kind.kind == "f":
        stack = random.normal(0, 1000, shape).astype(kind)
        stack[0, 0, 0], stack[0, 0, 1] = numpy.nan, numpy.inf
        return stack
    limits = numpy.iinfo(kind)
    return random.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)


def write(name, stack, **options):
    path = out / f"{name}.tif"
    tifffile.imwrite(path, stack, photometric=options.pop("photometric", "minisblack"), **options)
    stack.astype("<f4").tofile(out / f"{name}.f32")
    made.append((name, *stack.shape))


for dtype in ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"]:
    for order in "<>":
        word = "little" if order == "<" else "big"
        write(f"plain_{dtype}_{word}", values(dtype), byteorder=order, metadata=None)
        write(f"strips_{dtype}_{word}", values(dtype), byteorder=order, rowsperstrip=5, metadata=None)
for codec in ["lzw", "zlib", "adobe_deflate", "packbits", "zstd"]:
    for dtype in ["u1", "u2", "i2", "u4", "f4"]:
        options = dict(compression=codec, metadata=None)
        write(f"{codec}_{dtype}", values(dtype), rowsperstrip=8, **options)
        write(f"{codec}_{dtype}_big", values(dtype), rowsperstrip=8, byteorder=">", **options)
        write(f"{codec}_{dtype}_tiles", values(dtype), tile=(16, 32), **options)
for codec in ["lzw", "zlib", "zstd"]:
    for dtype in ["u1", "u2", "u4"]:
        write(f"{codec}_{dtype}_horizontal", values(dtype), compression=codec, predictor=2, metadata=None)
    write(f"{codec}_f4_floating", values("f4"), compression=codec, predictor=3, metadata=None)
write("tiles_u2", values("u2"), tile=(16, 16), metadata=None)
write("tiles_u2_big_endian", values("u2"), tile=(16, 16), byteorder=">", metadata=None)
write("bigtiff_u2", values("u2"), bigtiff=True, metadata=None)
write("bigtiff_f4_big_endian", values("f4"), bigtiff=True, byteorder=">", compression="zlib")
write("white_is_zero_u2", values("u2"), photometric="miniswhite", metadata=None)
write("shaped_u2", values("u2"))
write("ome_u2", values("u2"), ome=True)
write("imagej_u2", values("u2"), imagej=True, resolution=(20.0, 20.0), metadata={"unit": "mm"})
write("imagej_f4", values("f4"), imagej=True, resolution=(0.5, 0.5), metadata={"unit": "um"})
write("imagej_no_unit_u2", values("u2"), imagej=True, resolution=(20.0, 20.0))

# ImageJ's stacks above 4 GB: one directory, the other frames behind it.
stack = values("u2", (5, 20, 30))
with open(out / "imagej_one_directory.tif", "wb") as file:
    single = out / "single.tif"
    text = "ImageJ=1.54f\nimages=5\nslices=5\nunit=micron\n"
    tifffile.imwrite(single, stack[0], byteorder=">", description=text, metadata=None,
                     resolution=(1 / 29, 1 / 29), photometric="minisblack")
    with tifffile.TiffFile(single) as tiff:
        offset = tiff.pages[0].dataoffsets[0]
    data = single.read_bytes()
    assert offset + stack[0].nbytes == len(data)
    file.write(data + stack[1:].astype(">u2").tobytes())
    single.unlink()
stack.astype("<f4").tofile(out / "imagej_one_directory.f32")
made.append(("imagej_one_directory", *stack.shape))

lines = ("\t".join(map(str, one)) for one in made)
(out / "made.txt").write_text("\n".join(lines) + "\n")
