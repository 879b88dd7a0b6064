//! Whom a candidate or honoree is, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::role::mirrored;
use crate::domain::candidate::Subject;

mirrored! {
    /// Who is recommended.
    SubjectName = Subject {
        /// One person.
        Individual,
        /// A group of 2 to 50.
        Group,
    }
}
