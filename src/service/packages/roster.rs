//! The roster (名册): whom the package holds, with how they can be reached; never a nominator.

use bytes::Bytes;

use super::{archive, frozen::Frozen};
use crate::{
    domain::import::{gender_label, subject_label},
    service::{
        Error,
        exports::labels,
        sheets::{Book, Look, Paper},
    },
};

const COLUMNS: [(&str, f64); 19] = [
    ("序号", 6.0),
    ("类别", 12.0),
    ("姓名", 14.0),
    ("个人或群体", 11.0),
    ("群体成员", 24.0),
    ("是否已故", 9.0),
    ("性别", 6.0),
    ("出生年份", 9.0),
    ("民族", 9.0),
    ("职业", 16.0),
    ("单位", 24.0),
    ("所属区", 12.0),
    ("一句话事迹", 50.0),
    ("联系人", 12.0),
    ("联系电话", 16.0),
    ("联系人与候选人关系", 18.0),
    ("照片数", 8.0),
    ("文件夹", 40.0),
    ("编号", 38.0),
];

/// The workbook.
pub fn roster(frozen: &Frozen) -> Result<Bytes, Error> {
    let mut book = Book::made_at(frozen.at)?;
    let mut page = book.page("名册")?;
    let last = COLUMNS.len() - 1;
    page.widths(&COLUMNS.map(|(_, width)| width))?;
    page.over((0, 0), (0, last), &format!("“身边好人”上报名册（{}）", frozen.cycle), Look::Title)?;
    page.height(0, 36.0)?;
    let city = &frozen.header.city.name;
    let day = labels::day(frozen.at, frozen.header.time_zone);
    let subtitle = format!("上报单位：{city}    上报日期：{day}    共 {} 人", frozen.entries.len());
    page.over((1, 0), (1, last), &subtitle, Look::Subtitle)?;
    for (at, (title, _)) in COLUMNS.iter().enumerate() {
        page.text((2, at), title, Look::Header)?;
    }
    for (line, entry) in frozen.entries.iter().enumerate() {
        let (snapshot, file) = (&entry.snapshot, entry.snapshot.file.as_ref());
        let cells = [
            (line + 1).to_string(),
            entry.category_name.clone(),
            snapshot.name.clone(),
            subject_label(snapshot.subject).to_owned(),
            snapshot.members.join("、"),
            labels::yes(snapshot.posthumous).to_owned(),
            file.and_then(|file| file.gender).map(gender_label).unwrap_or_default().to_owned(),
            file.and_then(|file| file.birth_year).map(|year| year.to_string()).unwrap_or_default(),
            file.and_then(|file| file.ethnicity.clone()).unwrap_or_default(),
            snapshot.occupation.clone().unwrap_or_default(),
            snapshot.unit.name.clone(),
            snapshot.district.name.clone(),
            snapshot.summary.clone(),
            entry.contact.name.clone().unwrap_or_default(),
            entry.contact.phone.clone().unwrap_or_default(),
            entry.contact.relationship.clone().unwrap_or_default(),
            snapshot.photos.len().to_string(),
            entry.folder.clone(),
            snapshot.candidate_id.to_string(),
        ];
        for (at, cell) in cells.iter().enumerate() {
            page.text((line + 3, at), cell, Look::Field)?;
        }
    }
    page.freeze(3)?;
    page.repeat((2, 2))?;
    page.paper(Paper::Across);
    archive::stored(&book.into_bytes()?, (frozen.at, frozen.header.time_zone))
}
