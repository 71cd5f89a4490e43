//! One reader a file format. Each lists what it understood and what it had to be told.

mod dxchange;
pub(crate) mod find_images;
mod fits;
mod fits_plane;
mod guess_images;
pub(crate) mod hdf5;
pub(crate) mod hdf5_scan;
mod image_file;
mod image_page;
pub(crate) mod image_scan;
pub(crate) mod image_sets;
pub(crate) mod image_stack;
mod nexus;
mod number_type;
pub(crate) mod numbering;
mod sinogram;
mod tdf;
mod tiff_directory;
mod tiff_image;

pub(crate) use image_page::{ImageFormat, first_bytes as show_bytes};
