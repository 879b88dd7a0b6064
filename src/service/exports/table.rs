//! The table of candidates: what is asked for, its columns, and a row for each.

use super::labels;
use crate::{
    domain::{
        import::{channel_label, gender_label, subject_label},
        sheet::TableFormat,
    },
    service::{
        Error, Service,
        candidates::{dossier::Dossier, reach, read::ListRequest},
        sheets::{TableColumn, TableWriter},
    },
    storage::{self, contacts::ContactRow},
};

/// Candidates read in one transaction.
pub(super) const PAGE: i64 = 200;

/// What is exported.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// Whose.
    pub filter: ListRequest,
    /// As what.
    pub format: TableFormat,
    /// Whether contact details are written in clear; that is an audit event.
    pub contacts: bool,
}

/// The table without rows.
pub(super) fn new_table(format: TableFormat) -> Result<TableWriter, Error> {
    TableWriter::new(format, "候选人", &COLUMNS)
}

/// A row for each candidate.
pub(super) fn rows(service: &Service, dossiers: &[Dossier], clear: bool) -> Result<Vec<Vec<String>>, Error> {
    dossiers.iter().map(|dossier| row(service, dossier, clear)).collect()
}

const fn column(label: &'static str, english: &'static str, meaning: &'static str, width: f64) -> TableColumn {
    TableColumn { label, english, meaning, width }
}

const COLUMNS: [TableColumn; 25] = [
    column("编号", "id", "系统编号 The candidate's id", 38.0),
    column("期", "cycle", "所在月份 The month in which it runs", 9.0),
    column("类别", "category", "类别代码 The category's code", 16.0),
    column("状态", "status", "办理状态 Where it stands", 12.0),
    column("姓名", "name", "个人姓名或群体名称 Name of the person or group", 14.0),
    column("个人或群体", "subject", "个人、群体 A person or a group", 11.0),
    column("群体成员", "members", "群体成员姓名 The members of a group", 24.0),
    column("是否已故", "posthumous", "是、否 Whether the person has died", 9.0),
    column("性别", "gender", "选填 Sex, if given", 7.0),
    column("出生年份", "birth_year", "选填 Year of birth, if given", 9.0),
    column("民族", "ethnicity", "选填 Ethnicity, if given", 9.0),
    column("职业", "occupation", "选填 Occupation, if given", 16.0),
    column("单位", "unit", "承办单位 The unit that carries it", 24.0),
    column("区", "district", "所属区 The district", 12.0),
    column("一句话事迹", "summary", "最多 140 字 The deed in one sentence", 50.0),
    column("事迹材料", "deed", "事迹材料全文 The deed statement", 60.0),
    column("照片数", "photos", "已上传照片数 How many photos there are", 8.0),
    column("同意书", "consent", "公示与上报同意书是否齐全 Whether the consent is complete", 8.0),
    column("联系人", "contact_name", "默认脱敏 Who is called; masked unless asked for", 12.0),
    column("联系电话", "contact_phone", "默认脱敏 The number; masked unless asked for", 16.0),
    column(
        "联系人与候选人关系",
        "contact_relationship",
        "联系人与候选人的关系 What that person is to the candidate",
        18.0,
    ),
    column("渠道", "channel", "推荐渠道 By what way the recommendation came", 8.0),
    column("推荐数", "nominations", "推荐人次 How many nominations there are", 8.0),
    column("推荐时间", "created_at", "当地时间 When it was recommended, local time", 17.0),
    column("状态时间", "status_changed_at", "当地时间 When it came into its status, local time", 17.0),
];

fn row(service: &Service, dossier: &Dossier, clear: bool) -> Result<Vec<String>, Error> {
    let Dossier { candidate, .. } = dossier;
    let [name, phone, relationship] = contact(service, dossier.contact.as_ref(), clear)?;
    let is_full = dossier.sight.is_full();
    let inner = |text: String| if is_full { text } else { String::new() };
    Ok(vec![
        candidate.id.to_string(),
        candidate.cycle.to_string(),
        candidate.category.to_string(),
        labels::status(candidate.status).to_owned(),
        candidate.name.clone(),
        subject_label(candidate.subject).to_owned(),
        inner(candidate.members.join("、")),
        labels::yes(candidate.posthumous).to_owned(),
        inner(candidate.gender.map(gender_label).unwrap_or_default().to_owned()),
        inner(candidate.birth_year.map(|year| year.to_string()).unwrap_or_default()),
        inner(candidate.ethnicity.clone().unwrap_or_default()),
        candidate.occupation.clone().unwrap_or_default(),
        dossier.unit_name.clone().unwrap_or_default(),
        dossier.district_name.clone(),
        candidate.summary.clone(),
        candidate.deed.clone().unwrap_or_default(),
        dossier.photos.len().to_string(),
        inner(labels::yes(dossier.has_consent).to_owned()),
        name,
        phone,
        relationship,
        inner(channel_label(candidate.channel).to_owned()),
        inner(dossier.nominations.len().to_string()),
        inner(labels::moment(candidate.created_at, service.time_zone)),
        inner(labels::moment(candidate.status_changed_at, service.time_zone)),
    ])
}

fn contact(service: &Service, contact: Option<&ContactRow>, clear: bool) -> Result<[String; 3], Error> {
    let Some(contact) = contact else { return Ok(Default::default()) };
    let (name, phone) = if clear {
        let opened = |column, cipher: &Option<Vec<u8>>| -> Result<Option<String>, Error> {
            let place = (storage::contacts::TABLE, column, contact.candidate_id);
            Ok(reach::open(service, place, cipher.as_deref())?.map(|text| text.to_string()))
        };
        (opened("name_cipher", &contact.name_cipher)?, opened("phone_cipher", &contact.phone_cipher)?)
    } else {
        (contact.name_masked.clone(), contact.phone_masked.clone())
    };
    Ok([name, phone, contact.relationship.clone()].map(Option::unwrap_or_default))
}
