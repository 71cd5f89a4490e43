//! Inner loops, each with its slow twin. Knows no settings.
