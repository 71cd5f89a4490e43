//! One reader a file format. Each lists what it understood and what it had to be told.

pub(crate) mod dxchange;
pub(crate) mod find_images;
mod fits;
mod guess_images;
pub(crate) mod hdf5;
mod image_page;
pub(crate) mod image_scan;
pub(crate) mod image_sets;
mod image_stack;
pub(crate) mod nexus;
mod number_type;
mod sinogram;
pub(crate) mod tdf;
mod tiff_directory;
mod tiff_image;

pub(crate) use image_page::{ImageFormat, first_bytes as show_bytes};
