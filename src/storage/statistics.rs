//! What statistics are read from, and where it is not yet counted. All of it is derived from candidates, their steps and
//! nominations, and from leads.

pub mod cells;
pub mod changes;
pub mod facts;
