//! The stages as they are from the start. The unit's checklist is the basic requirements of the source document.

use chrono::{DateTime, Utc};

use super::{ChecklistItem, Stage, StageCode};
use crate::domain::localized::Localized;

type Item = (&'static str, &'static str, &'static str);

const UNIT: &[Item] = &[
    ("law_abiding", "遵纪守法", "Keeps law and discipline"),
    (
        "sense_of_honour",
        "自觉践行社会主义荣辱观",
        "Lives by the socialist view of honour and disgrace of their own accord",
    ),
    ("civic_morality", "模范遵守公民道德规范", "Is a model of the norms of civic morality"),
    (
        "noble_character",
        "在日常工作、生活和人际交往中品德高尚",
        "Is of noble character in daily work, in life and in dealing with people",
    ),
    ("outstanding_deeds", "实绩突出", "Has outstanding deeds to show"),
    ("public_recognition", "群众公认", "Is recognised by the people"),
    ("facts_true", "事迹材料已经核实，内容真实", "The facts of the deed statement were verified and are true"),
];

const DISTRICT: &[Item] = &[
    (
        "unit_verification_sound",
        "单位核实程序完备、意见明确",
        "The unit's verification is complete and its opinion is clear",
    ),
    ("category_fits", "事迹与所报类别相符", "The deed fits the category"),
    (
        "representative",
        "事迹具有代表性、示范性，真实感人",
        "The deed is representative, sets an example, and is moving",
    ),
];

const CITY: &[Item] = &[
    ("facts_rechecked", "事迹真实性复核无误", "The truth of the deed was checked again and stands"),
    ("materials_in_order", "参评材料齐全、规范", "The materials are complete and in good order"),
    (
        "no_adverse_record",
        "无违法违纪和严重失信记录",
        "No record of offences, breaches of discipline or grave dishonesty",
    ),
];

/// The five stages with their labels and checklists.
#[must_use]
pub fn defaults(now: DateTime<Utc>) -> Vec<Stage> {
    StageCode::ALL.iter().map(|code| stage(*code, now)).collect()
}

fn stage(code: StageCode, now: DateTime<Utc>) -> Stage {
    let (zh, en, checklist) = match code {
        StageCode::UnitVerification => ("核实", "Verification by the unit", UNIT),
        StageCode::DistrictEndorsement => ("区级推荐", "Endorsement by the district", DISTRICT),
        StageCode::CityScreening => ("市级筛选", "Screening by the city", CITY),
        StageCode::Forwarding => ("上报", "Forwarding to the province", [].as_slice()),
        StageCode::Listing => ("上榜", "Listing", [].as_slice()),
    };
    let item = |(code, zh, en): &Item| ChecklistItem { code: (*code).to_owned(), text: Localized::new(zh, en) };
    Stage {
        code,
        label: Localized::new(zh, en),
        checklist: checklist.iter().map(item).collect(),
        version: 1,
        updated_at: now,
    }
}
