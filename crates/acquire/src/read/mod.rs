//! One reader a file format. Each lists what it understood and what it had to be told.
