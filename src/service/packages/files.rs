//! The files of a candidate's folder. Pure: the same snapshot and photos give the same bytes, on every machine.

use bytes::Bytes;

use super::{
    archive, docx,
    frozen::{Entry, Frozen},
    roster,
};
use crate::{
    domain::{
        import::{gender_label, subject_label},
        package::photo_name,
        photo::{FileFormat, PhotoType},
        stage::StageCode,
    },
    service::{
        Error,
        exports::{Form, Opinion, labels},
    },
};

const TEXT: &str = "text/plain; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A file of the package that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its path in the ZIP.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What it holds.
    pub content: Bytes,
}

/// The roster, which stands beside the folders.
pub fn roster_file(frozen: &Frozen) -> Result<Made, Error> {
    Ok(Made { path: "名册.xlsx".to_owned(), media_type: XLSX, content: roster::roster(frozen)? })
}

/// The files of a candidate's folder in their order. The photos are those of the snapshot that are to be had, in their order.
pub fn folder_files(frozen: &Frozen, entry: &Entry, photos: &[Bytes]) -> Result<Vec<Made>, Error> {
    let moment = (frozen.at, frozen.header.time_zone);
    let made = |name: &str, media_type, content| Made { path: format!("{}/{name}", entry.folder), media_type, content };
    let title = format!("{}事迹材料", entry.snapshot.name);
    let deed = paragraphs(&entry.snapshot.deed);
    let mut files = vec![
        made("事迹材料.txt", TEXT, deed_text(entry, &title).into()),
        made("事迹材料.docx", DOCX, docx::document(&title, &deed, moment)?),
    ];
    for (number, content) in (1..).zip(photos) {
        let kind =
            if FileFormat::of_content(content) == Some(FileFormat::Png) { PhotoType::Png } else { PhotoType::Jpeg };
        files.push(made(&photo_name(number, kind), kind.as_str(), content.clone()));
    }
    let form = archive::stored(&form(frozen, entry).write()?, moment)?;
    files.push(made("申报表.xlsx", XLSX, form));
    if entry.snapshot.file.is_some() {
        files.push(made("审核意见.txt", TEXT, opinions_text(frozen, entry).into()));
    }
    Ok(files)
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn deed_text(entry: &Entry, title: &str) -> String {
    let snapshot = &entry.snapshot;
    let (unit, district) = (&snapshot.unit.name, &snapshot.district.name);
    let head = format!("{title}\n\n类别：{}\n单位：{unit}\n所属区：{district}\n", entry.category_name);
    format!("{head}一句话事迹：{}\n\n{}\n", snapshot.summary, paragraphs(&snapshot.deed).join("\n"))
}

const STAGES: [(&str, StageCode); 3] = [
    ("单位核实意见", StageCode::UnitVerification),
    ("区级推荐意见", StageCode::DistrictEndorsement),
    ("市级筛选意见", StageCode::CityScreening),
];

/// The opinions with which unit, district and city approved.
fn opinions_text(frozen: &Frozen, entry: &Entry) -> String {
    let parts = STAGES.map(|(label, stage)| {
        let approval = entry.snapshot.file.as_ref().and_then(|file| file.approval(stage));
        let (opinion, organization, day) = approval.map_or_else(Default::default, |review| {
            let day = labels::day(review.decided_at, frozen.header.time_zone);
            (review.opinion.clone(), review.organization.clone().unwrap_or_default(), day)
        });
        format!("\n【{label}】\n审核单位：{organization}\n审核日期：{day}\n{opinion}\n")
    });
    format!("{}审核意见\n{}", entry.snapshot.name, parts.concat())
}

fn form(frozen: &Frozen, entry: &Entry) -> Form {
    let (snapshot, file) = (&entry.snapshot, entry.snapshot.file.as_ref());
    let facts = vec![
        ("姓名", snapshot.name.clone()),
        ("性别", file.and_then(|file| file.gender).map(gender_label).unwrap_or_default().to_owned()),
        ("出生年份", file.and_then(|file| file.birth_year).map(|year| year.to_string()).unwrap_or_default()),
        ("民族", file.and_then(|file| file.ethnicity.clone()).unwrap_or_default()),
        ("职业", snapshot.occupation.clone().unwrap_or_default()),
        ("类别", entry.category_name.clone()),
        ("申报对象", subject_label(snapshot.subject).to_owned()),
        ("是否已故", labels::yes(snapshot.posthumous).to_owned()),
        ("所属区", snapshot.district.name.clone()),
        ("单位", snapshot.unit.name.clone()),
        ("照片", format!("{} 张", snapshot.photos.len())),
        ("同意书", labels::yes(snapshot.consent_given_at.is_some()).to_owned()),
    ];
    Form {
        cycle: frozen.cycle,
        id: snapshot.candidate_id,
        facts,
        members: snapshot.members.clone(),
        summary: snapshot.summary.clone(),
        deed: snapshot.deed.clone(),
        opinions: STAGES.map(|(_, stage)| {
            let approval = file.and_then(|file| file.approval(stage));
            approval.map(|review| Opinion { text: review.opinion.clone(), at: review.decided_at })
        }),
        zone: frozen.header.time_zone,
        made_at: Some(frozen.at),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use chrono_tz::Asia::Shanghai;
    use uuid::Uuid;
    use zip::{CompressionMethod, ZipArchive};

    use super::*;
    use crate::{
        domain::{
            batch::{Contact, FileSnapshot, Place, ReviewSnapshot, Snapshot},
            candidate::Subject,
            id::{CandidateId, OrganizationId},
            package::{City, Written},
            review::Decision,
        },
        service::packages::Header,
    };

    fn place(number: u128, name: &str) -> Place {
        Place { id: OrganizationId(Uuid::from_u128(number)), name: name.to_owned() }
    }

    fn review(stage: StageCode, decision: Decision, opinion: &str) -> ReviewSnapshot {
        ReviewSnapshot {
            stage,
            decision,
            opinion: opinion.to_owned(),
            organization: Some("江汉区".to_owned()),
            acting_for: None,
            decided_at: "2026-11-12T16:30:00Z".parse().unwrap(),
        }
    }

    fn frozen() -> Frozen {
        let file = FileSnapshot {
            category_name: "敬业奉献".to_owned(),
            gender: None,
            birth_year: Some(1970),
            ethnicity: None,
            consent: None,
            reviews: vec![
                review(StageCode::UnitVerification, Decision::Approve, "第一次核实属实。"),
                review(StageCode::DistrictEndorsement, Decision::Return, "请补照片。"),
                review(StageCode::UnitVerification, Decision::Approve, "再次核实属实。"),
            ],
        };
        let snapshot = Snapshot {
            candidate_id: CandidateId(Uuid::from_u128(1)),
            category: "dedication".parse().unwrap(),
            name: "王小明".to_owned(),
            subject: Subject::Individual,
            members: Vec::new(),
            posthumous: false,
            summary: "二十年如一日。".to_owned(),
            deed: "第一段。\n\n第二段。".to_owned(),
            occupation: None,
            unit: place(2, "政务服务中心"),
            district: place(3, "江汉区"),
            photos: Vec::new(),
            consent_given_at: None,
            file: Some(file),
        };
        // As it lies in the database, and is read again.
        let snapshot = serde_json::from_slice(&crate::domain::canonical_json::to_bytes(&snapshot).unwrap()).unwrap();
        let city = City { id: OrganizationId(Uuid::from_u128(4)), code: None, name: "武汉市".to_owned() };
        Frozen::new(
            Written::Preview,
            ("2026-11".parse().unwrap(), "2026-11-25T02:00:00Z".parse().unwrap()),
            Header { city, time_zone: Shanghai },
            vec![(snapshot, "敬业奉献".to_owned(), Contact::default())],
        )
    }

    fn made() -> Vec<Made> {
        let frozen = frozen();
        let photos = [Bytes::from_static(b"\x89PNG\r\n\x1a\n..."), Bytes::from_static(b"\xFF\xD8\xFF...")];
        let mut made = vec![roster_file(&frozen).unwrap()];
        made.extend(folder_files(&frozen, &frozen.entries[0], &photos).unwrap());
        made
    }

    #[test]
    fn the_same_snapshot_gives_the_same_files_and_nothing_is_compressed() {
        let files = made();
        assert_eq!(files, made());
        let names: Vec<&str> = files.iter().map(|file| file.path.rsplit('/').next().unwrap()).collect();
        assert_eq!(
            names,
            ["名册.xlsx", "事迹材料.txt", "事迹材料.docx", "照片1.png", "照片2.jpg", "申报表.xlsx", "审核意见.txt"]
        );
        // What a compressor makes of a text may differ from one processor to another.
        for file in files.iter().filter(|file| file.path.ends_with('x')) {
            let mut archive = ZipArchive::new(Cursor::new(&file.content)).unwrap();
            for index in 0..archive.len() {
                assert_eq!(archive.by_index(index).unwrap().compression(), CompressionMethod::Stored, "{}", file.path);
            }
        }
    }

    #[test]
    fn opinions_are_those_of_the_approvals_that_stand() {
        let files = made();
        let text = |name: &str| {
            let file = files.iter().find(|file| file.path.ends_with(name)).unwrap();
            String::from_utf8(file.content.to_vec()).unwrap()
        };
        let opinions = text("审核意见.txt");
        assert!(
            opinions.contains("【单位核实意见】\n审核单位：江汉区\n审核日期：2026年11月13日\n再次核实属实。\n"),
            "{opinions}"
        );
        assert!(!opinions.contains("第一次") && !opinions.contains("请补照片"), "{opinions}");
        assert!(text("事迹材料.txt").ends_with("一句话事迹：二十年如一日。\n\n第一段。\n第二段。\n"));
    }
}
