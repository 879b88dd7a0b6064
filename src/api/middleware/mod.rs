//! The layers around every operation, outermost last.

pub mod envelope;
