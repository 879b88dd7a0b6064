//! How what is stored is called in a table.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::{
    candidate::{Channel, Status},
    stage::StageCode,
};

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

/// The Chinese name of a stage.
pub const fn stage(stage: StageCode) -> &'static str {
    match stage {
        StageCode::UnitVerification => "单位核实",
        StageCode::DistrictEndorsement => "区级推荐",
        StageCode::CityScreening => "市级筛选",
        StageCode::Forwarding => "上报",
        StageCode::Listing => "上榜",
    }
}

/// The Chinese name of a channel.
pub const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Online => "网络",
        Channel::Media => "媒体",
        Channel::Phone => "电话",
        Channel::Letter => "信函",
        Channel::InPerson => "来访",
        Channel::Other => "其他",
    }
}
