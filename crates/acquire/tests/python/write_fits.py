"""Writes FITS images in many variants with astropy, and beside each its values as f32."""
import pathlib
import sys

import numpy
from astropy.io import fits

out = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(11)
made = []


def values(dtype, shape):
    kind = numpy.dtype(dtype)
    if kind.kind == "f":
        stack = random.normal(0, 1000, shape).astype(kind)
        stack.flat[0] = numpy.nan
        return stack
    limits = numpy.iinfo(kind)
    return random.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)


def keep(name, stack):
    stack = stack if stack.ndim == 3 else stack[None]
    stack.astype("<f4").tofile(out / f"{name}.f32")
    ending = "fits.gz" if name.endswith("_gz") else "fits"
    made.append((f"{name}", *stack.shape, ending))


for dtype in ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"]:
    for word, shape in [("image", (37, 53)), ("cube", (4, 19, 23))]:
        stack = values(dtype, shape)
        fits.PrimaryHDU(stack).writeto(out / f"{word}_{dtype}.fits")
        keep(f"{word}_{dtype}", stack)
        fits.PrimaryHDU(stack).writeto(out / f"{word}_{dtype}_gz.fits.gz")
        keep(f"{word}_{dtype}_gz", stack)
stack = values("u2", (21, 33))
fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(stack)]).writeto(out / "extension_u2.fits")
keep("extension_u2", stack)
fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(stack, compression_type="RICE_1")]).writeto(out / "rice_u2.fits")
keep("rice_u2", stack)
stack = values("i2", (21, 33))
hdu = fits.PrimaryHDU(stack)
hdu.header["BLANK"] = int(stack[3, 4])
hdu.writeto(out / "blank_i2.fits")
blanked = stack.astype("f4")
blanked[stack == stack[3, 4]] = numpy.nan
keep("blank_i2", blanked)

for index in range(6):
    hdu = fits.PrimaryHDU(values("u2", (5, 7)))
    hdu.header["ROT_ANG"] = 12.5 * index
    hdu.header["EXPOSURE"] = 30
    (out / "angles").mkdir(exist_ok=True)
    hdu.writeto(out / "angles" / f"proj_{index}.fits")

lines = ("\t".join(map(str, one)) for one in made)
(out / "made.txt").write_text("\n".join(lines) + "\n")
