//! Tests of the whole: one binary, one file per area.

mod layers;
