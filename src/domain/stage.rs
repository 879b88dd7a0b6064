//! The review stages with their checklists.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    candidate::Status,
    category::is_snake_case,
    fault::{Code, Fault},
    localized::Localized,
    role::Role,
};

mod defaults;

pub use defaults::defaults;

text_enum! {
    /// The name of a review stage.
    pub enum StageCode {
        /// 核实, by the unit.
        UnitVerification = "unit_verification",
        /// 区级推荐.
        DistrictEndorsement = "district_endorsement",
        /// 市级筛选.
        CityScreening = "city_screening",
        /// 上报, a whole batch.
        Forwarding = "forwarding",
        /// 上榜, by publishing.
        Listing = "listing",
    }
}

impl StageCode {
    /// Whose decision the stage is.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::UnitVerification => Role::UnitReviewer,
            Self::DistrictEndorsement => Role::DistrictReviewer,
            Self::CityScreening | Self::Forwarding | Self::Listing => Role::CityReviewer,
        }
    }

    /// The status in which a candidate waits for the stage.
    #[must_use]
    pub const fn from(self) -> Status {
        match self {
            Self::UnitVerification => Status::Nominated,
            Self::DistrictEndorsement => Status::Verified,
            Self::CityScreening => Status::Endorsed,
            Self::Forwarding => Status::Screened,
            Self::Listing => Status::Forwarded,
        }
    }

    /// The status to which the stage's approval brings a candidate.
    #[must_use]
    pub const fn to(self) -> Status {
        match self {
            Self::UnitVerification => Status::Verified,
            Self::DistrictEndorsement => Status::Endorsed,
            Self::CityScreening => Status::Screened,
            Self::Forwarding => Status::Forwarded,
            Self::Listing => Status::Listed,
        }
    }

    /// Its place among the stages, from 1.
    #[must_use]
    pub const fn position(self) -> i32 {
        match self {
            Self::UnitVerification => 1,
            Self::DistrictEndorsement => 2,
            Self::CityScreening => 3,
            Self::Forwarding => 4,
            Self::Listing => 5,
        }
    }

    /// Whether a reviewer fills a checklist here. Forwarding and listing concern many candidates at once.
    #[must_use]
    pub const fn has_checklist(self) -> bool {
        match self {
            Self::UnitVerification | Self::DistrictEndorsement | Self::CityScreening => true,
            Self::Forwarding | Self::Listing => false,
        }
    }
}

/// One question of a checklist, to be answered with `true` before the stage can approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Its stable name within the checklist.
    pub code: String,
    /// What is affirmed.
    pub text: Localized,
}

/// A review stage. Role and statuses follow from its code; label and checklist can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub code: StageCode,
    /// Label as shown.
    pub label: Localized,
    /// The checklist for cycles whose materials are not yet frozen.
    pub checklist: Vec<ChecklistItem>,
    /// Grows with each change.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The most items of a checklist.
pub const CHECKLIST_MAX_ITEMS: usize = 30;

/// The faults of a checklist as a whole, the pointers below `/checklist`; what a text may contain is checked elsewhere.
#[must_use]
pub fn validate_checklist(stage: StageCode, checklist: &[ChecklistItem]) -> Vec<Fault> {
    if !stage.has_checklist() && !checklist.is_empty() {
        return vec![Fault::at("/checklist", Code::Inconsistent)];
    }
    let mut faults = vec![];
    if checklist.len() > CHECKLIST_MAX_ITEMS {
        let fault = Fault::at("/checklist", Code::TooMany);
        faults.push(fault.with("limit", CHECKLIST_MAX_ITEMS).with("actual", checklist.len()));
    }
    let mut seen = BTreeSet::new();
    for (index, item) in checklist.iter().enumerate() {
        let pointer = format!("/checklist/{index}/code");
        if !is_snake_case(&item.code) {
            faults.push(Fault::at(pointer, Code::Malformed));
        } else if !seen.insert(item.code.as_str()) {
            faults.push(Fault::at(pointer, Code::Duplicate));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(code: &str) -> ChecklistItem {
        ChecklistItem { code: code.to_owned(), text: Localized::new("一", "one") }
    }

    #[test]
    fn the_stages_lead_from_one_to_the_next() {
        for pair in StageCode::ALL.windows(2) {
            assert_eq!(pair[0].to(), pair[1].from());
        }
    }

    #[test]
    fn the_default_checklists_are_valid_and_the_unit_has_the_basic_requirements() {
        let stages = defaults(DateTime::UNIX_EPOCH);
        assert_eq!(stages.iter().map(|stage| stage.code).collect::<Vec<_>>(), StageCode::ALL);
        for stage in &stages {
            assert_eq!(validate_checklist(stage.code, &stage.checklist), vec![], "{}", stage.code);
            assert_eq!(stage.checklist.is_empty(), !stage.code.has_checklist());
        }
        let unit: String = stages[0].checklist.iter().map(|item| item.text.zh.as_str()).collect();
        for requirement in
            ["遵纪守法", "自觉践行社会主义荣辱观", "模范遵守公民道德规范", "品德高尚", "实绩突出", "群众公认", "真实"]
        {
            assert!(unit.contains(requirement), "{requirement}");
        }
    }

    #[test]
    fn faults_of_a_checklist() {
        let faults = validate_checklist(StageCode::UnitVerification, &[item("ok"), item("Not ok"), item("ok")]);
        let places: Vec<_> = faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        assert_eq!(
            places,
            [("/checklist/1/code".to_owned(), Code::Malformed), ("/checklist/2/code".to_owned(), Code::Duplicate)]
        );
        let many: Vec<_> = (0..31).map(|number| item(&format!("item_{number}"))).collect();
        assert_eq!(validate_checklist(StageCode::CityScreening, &many)[0].code, Code::TooMany);
        assert_eq!(validate_checklist(StageCode::CityScreening, &many[..30]), vec![]);
        assert_eq!(validate_checklist(StageCode::Listing, &[item("ok")])[0].code, Code::Inconsistent);
    }
}
