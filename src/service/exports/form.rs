//! A candidate's application form (申报表), to be printed on A4, sealed and signed.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::labels;
use crate::{
    domain::{
        candidate::{Candidate, Status},
        id::CandidateId,
        import::{gender_label, subject_label},
        month::Month,
        review::{Decision, Review},
        stage::StageCode,
    },
    service::{
        Caller, Error, Service,
        candidates::{
            access::{self, Sight},
            consents,
            dossier::{self, Dossier},
        },
        sheets::{Book, Look, Page, Paper},
    },
    storage,
};

/// More reviews than any candidate has.
const ALL: i64 = 500;
/// The columns of the form.
const LAST: usize = 5;

/// What stands on a form.
#[derive(Clone, Debug)]
pub struct Form {
    /// Cycle and number of the candidate.
    pub cycle: Month,
    /// Who.
    pub id: CandidateId,
    /// The short fields, three in a row, each with its name.
    pub facts: Vec<(&'static str, String)>,
    /// The members of a group.
    pub members: Vec<String>,
    /// The deed in one sentence.
    pub summary: String,
    /// The deed statement.
    pub deed: String,
    /// What unit, district and city wrote at their approvals, where these stand.
    pub opinions: [Option<Opinion>; 3],
    /// The zone of days.
    pub zone: Tz,
    /// When the file is said to be made; the same for every form where nothing is said.
    pub made_at: Option<DateTime<Utc>>,
}

/// What was written at an approval.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// The opinion.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The form with the candidate's name: for reviewers of the subtree and administrators.
pub async fn application_form(service: &Service, caller: &Caller, id: CandidateId) -> Result<(String, Bytes), Error> {
    consents::may_read(caller)?;
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    let read = service.store.read(move |db| {
        let (candidate, sight) = access::find_seen(db, &caller, id, now)?;
        if !matches!(sight, Sight::Inside | Sight::Admin) {
            return Err(Error::not_found());
        }
        let category = storage::categories::find(db, &candidate.category)?;
        let category = category.map_or_else(String::new, |category| category.name.zh);
        let reviews = storage::reviews::list_of(db, id, None, ALL)?;
        Ok((dossier::gather_one(db, candidate, sight)?, category, reviews))
    });
    let (dossier, category, reviews) = read.await?;
    let (name, zone) = (dossier.candidate.name.clone(), service.time_zone);
    let form = form_of(&dossier, &category, &reviews, zone);
    let file = service.sheets.work(move || form.write()).await?;
    Ok((name, file))
}

fn form_of(dossier: &Dossier, category: &str, reviews: &[Review], zone: Tz) -> Form {
    let candidate = &dossier.candidate;
    Form {
        cycle: candidate.cycle,
        id: candidate.id,
        facts: facts(candidate, dossier, category),
        members: candidate.members.clone(),
        summary: candidate.summary.clone(),
        deed: candidate.deed.clone().unwrap_or_default(),
        opinions: STAGES.map(|(_, stage)| {
            let approved = if has_passed(candidate.status, stage) { approval(reviews, stage) } else { None };
            approved.map(|review| Opinion { text: review.opinion.clone(), at: review.created_at })
        }),
        zone,
        made_at: None,
    }
}

const STAGES: [(&str, StageCode); 3] = [
    ("单位\n核实意见", StageCode::UnitVerification),
    ("区级\n推荐意见", StageCode::DistrictEndorsement),
    ("市级\n筛选意见", StageCode::CityScreening),
];

impl Form {
    /// The workbook.
    pub fn write(&self) -> Result<Bytes, Error> {
        let mut book = match self.made_at {
            Some(made_at) => Book::made_at(made_at)?,
            None => Book::new()?,
        };
        let mut page = book.page("申报表")?;
        page.widths(&[13.0, 17.0, 11.0, 17.0, 11.0, 17.0])?;
        page.over((0, 0), (0, LAST), "“身边好人”候选人申报表", Look::Title)?;
        page.height(0, 40.0)?;
        page.over((1, 0), (1, LAST), &format!("期次：{}    编号：{}", self.cycle, self.id), Look::Subtitle)?;
        let mut row = 2;
        for line in self.facts.chunks(3) {
            for (at, (label, value)) in line.iter().enumerate() {
                page.text((row, at * 2), label, Look::Label)?;
                page.text((row, at * 2 + 1), value, Look::Field)?;
            }
            page.height(row, 28.0)?;
            row += 1;
        }
        if !self.members.is_empty() {
            wide(&mut page, row, ("群体成员", &self.members.join("、")), 40.0)?;
            row += 1;
        }
        wide(&mut page, row, ("一句话事迹", &self.summary), 44.0)?;
        wide(&mut page, row + 1, ("事迹材料", &self.deed), 400.0)?;
        row += 2;
        for ((label, _), said) in STAGES.iter().zip(&self.opinions) {
            wide(&mut page, row, (label, &opinion(said.as_ref(), self.zone)), 78.0)?;
            row += 1;
        }
        page.paper(Paper::Upright);
        book.into_bytes()
    }
}

fn wide(page: &mut Page<'_>, row: usize, (label, value): (&str, &str), height: f64) -> Result<(), Error> {
    page.text((row, 0), label, Look::Label)?;
    page.over((row, 1), (row, LAST), value, Look::Long)?;
    page.height(row, height)
}

fn facts(candidate: &Candidate, dossier: &Dossier, category: &str) -> Vec<(&'static str, String)> {
    vec![
        ("姓名", candidate.name.clone()),
        ("性别", candidate.gender.map(gender_label).unwrap_or_default().to_owned()),
        ("出生年份", candidate.birth_year.map(|year| year.to_string()).unwrap_or_default()),
        ("民族", candidate.ethnicity.clone().unwrap_or_default()),
        ("职业", candidate.occupation.clone().unwrap_or_default()),
        ("类别", category.to_owned()),
        ("申报对象", subject_label(candidate.subject).to_owned()),
        ("是否已故", labels::yes(candidate.posthumous).to_owned()),
        ("所属区", dossier.district_name.clone()),
        ("单位", dossier.unit_name.clone().unwrap_or_default()),
        ("照片", format!("{} 张", dossier.photos.len())),
        ("同意书", labels::yes(dossier.has_consent).to_owned()),
    ]
}

/// Whether a stage's approval stands. Where the candidate fell back before it, by a return, a recall or a carrying over, the
/// old opinion was about another file.
const fn has_passed(status: Status, stage: StageCode) -> bool {
    match status {
        Status::Verified => matches!(stage, StageCode::UnitVerification),
        Status::Endorsed => matches!(stage, StageCode::UnitVerification | StageCode::DistrictEndorsement),
        Status::Screened | Status::Forwarded | Status::Listed | Status::NotListed | Status::Revoked => true,
        Status::Nominated | Status::Returned | Status::Rejected | Status::Withdrawn => false,
    }
}

fn approval(reviews: &[Review], stage: StageCode) -> Option<&Review> {
    reviews.iter().rfind(|review| review.stage == stage && review.decision == Decision::Approve)
}

/// What was written at an approval, with its day, and the place for the seal.
fn opinion(said: Option<&Opinion>, zone: Tz) -> String {
    let (text, day) = said
        .map_or_else(|| ("", "    年    月    日".to_owned()), |said| (said.text.as_str(), labels::day(said.at, zone)));
    format!("{text}\n\n{:>40}（盖章）        {day}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_stands_as_long_as_the_candidate_is_past_it() {
        let stages = [StageCode::UnitVerification, StageCode::DistrictEndorsement, StageCode::CityScreening];
        let standing = |status| stages.iter().filter(|stage| has_passed(status, **stage)).count();
        for status in [Status::Nominated, Status::Returned, Status::Rejected, Status::Withdrawn] {
            assert_eq!(standing(status), 0, "{status}");
        }
        assert_eq!((standing(Status::Verified), has_passed(Status::Verified, StageCode::UnitVerification)), (1, true));
        assert_eq!((standing(Status::Endorsed), has_passed(Status::Endorsed, StageCode::CityScreening)), (2, false));
        for status in [Status::Screened, Status::Forwarded, Status::Listed, Status::NotListed, Status::Revoked] {
            assert_eq!(standing(status), 3, "{status}");
        }
    }
}
