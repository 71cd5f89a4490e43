"""Makes the golden TIFF and FITS files of this folder: python make_images.py."""
import gzip
import pathlib

import numpy
import tifffile
from astropy.io import fits

here = pathlib.Path(__file__).parent
frame, row, column = numpy.indices((3, 20, 30))
counts = 1000 * frame + 40 * row + column


def tiff(name, stack, **options):
    tifffile.imwrite(here / "tiff" / name, stack, photometric="minisblack", metadata=None, **options)


tiff("lzw_tiles_big_endian_u16.tif", counts.astype("u2"), compression="lzw", tile=(16, 16), byteorder=">")
tiff("zstd_floating_point_f32.tif", counts.astype("f4"), compression="zstd", predictor=3)
tiff("deflate_bigtiff_u32.tif", counts.astype("u4"), compression="zlib", predictor=2, bigtiff=True)
tiff("packbits_strips_i16.tif", counts.astype("i2"), compression="packbits", rowsperstrip=3)
text = "ImageJ=1.54f\nimages=3\nslices=3\nunit=micron\n"
path = here / "tiff" / "imagej_one_directory_u16.tif"
tifffile.imwrite(path, counts[0].astype("u2"), byteorder=">", description=text, metadata=None,
                 resolution=(1 / 29, 1 / 29), photometric="minisblack")
path.write_bytes(path.read_bytes() + counts[1:].astype(">u2").tobytes())

fits.PrimaryHDU(counts.astype("u2")).writeto(here / "fits" / "cube_u16.fits", overwrite=True)
plain = (here / "fits" / "cube_u16.fits").read_bytes()
(here / "fits" / "cube_u16.fits.gz").write_bytes(gzip.compress(plain, mtime=0))
fits.PrimaryHDU(counts[1].astype("f4")).writeto(here / "fits" / "image_f32.fits", overwrite=True)
tiled = fits.CompImageHDU(counts[1].astype("i4"), compression_type="RICE_1")
fits.HDUList([fits.PrimaryHDU(), tiled]).writeto(here / "fits" / "rice_i32.fits", overwrite=True)
