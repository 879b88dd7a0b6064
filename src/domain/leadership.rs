//! The leadership group 活动领导小组 of an organization.

use serde::{Deserialize, Serialize};

/// The names of those who lead the campaign in an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Leadership {
    /// 组长.
    pub head: Option<String>,
    /// 副组长.
    pub deputies: Vec<String>,
    /// 成员.
    pub members: Vec<String>,
    /// 办公室主任, who does the daily work.
    pub office_director: Option<String>,
    /// The office's public telephone.
    pub office_phone: Option<String>,
}

impl Leadership {
    /// The most deputies, and the most members, that a group has.
    pub const MAX_PEOPLE: usize = 100;
}
