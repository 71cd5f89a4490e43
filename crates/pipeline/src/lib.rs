//! One run from start to end: recipe, check, plan, run, store, provenance.
