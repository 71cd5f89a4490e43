//! The neutron volume onto the X-ray grid. In: two volumes of one cell. Out: the transform that
//! takes one to the other, how sure it is, and both on one grid. Knows no materials.
