//! How what is stored is called in a table.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::candidate::Status;

/// The Chinese name of a status.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Nominated => "已推荐",
        Status::Verified => "已核实",
        Status::Endorsed => "区级已推荐",
        Status::Screened => "市级已筛选",
        Status::Forwarded => "已上报",
        Status::Listed => "已上榜",
        Status::NotListed => "未上榜",
        Status::Returned => "已退回",
        Status::Rejected => "已否决",
        Status::Withdrawn => "已撤回",
        Status::Revoked => "已撤销",
    }
}

/// Yes or no.
pub const fn yes(is: bool) -> &'static str {
    if is { "是" } else { "否" }
}

/// A moment by the local clock.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// A day as a form has it.
pub fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y年%-m月%-d日").to_string()
}
