//! Projections to sinograms across an upright axis. Knows no filter.
