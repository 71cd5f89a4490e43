//! One reader a file format. Each lists what it understood and what it had to be told.

mod find_images;
mod fits;
mod guess_images;
mod image_page;
pub(crate) mod image_scan;
pub(crate) mod image_sets;
mod image_stack;
mod number_type;
mod sinogram;
mod tiff_directory;
mod tiff_image;
