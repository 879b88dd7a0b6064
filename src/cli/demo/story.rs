//! The candidates of the demo: who they are, what they did, and how their month goes.

use serde::Deserialize;

/// One candidate of the demo.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The person's or the group's name.
    pub name: String,
    /// The category's code.
    pub category: String,
    /// The key of the unit that carries the candidate.
    pub unit: String,
    /// By which kind of channel the recommendation came.
    pub channel: String,
    /// In which month it came.
    pub month: StoryMonth,
    /// How the month goes for the candidate.
    pub course: Course,
    /// The names of a group's members; empty for a single person.
    #[serde(default)]
    pub members: Vec<String>,
    /// Whether the person has died.
    #[serde(default)]
    pub posthumous: bool,
    /// Whose telephone number is given, where it is not the candidate's own.
    pub contact: Option<Person>,
    /// What the person does for a living.
    pub occupation: Option<String>,
    /// `female` or `male`.
    pub gender: Option<String>,
    /// The year of birth.
    pub birth_year: Option<i32>,
    /// The ethnic group, by its Chinese name.
    pub ethnicity: Option<String>,
    /// Who recommends.
    pub nominator: Person,
    /// The deed in one sentence.
    pub summary: String,
    /// The deed statement; a nomination of the coming month has none yet.
    pub deed: Option<String>,
}

/// A person named beside the candidate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name.
    pub name: String,
    /// What the person is to the candidate.
    pub relationship: String,
}

/// The month of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryMonth {
    /// The month before the running one: its list is published.
    Finished,
    /// The running month.
    Running,
    /// The month after: recommended since the 20th of the running month.
    Upcoming,
}

/// How the month goes for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// All the way to the vote.
    Forwarded,
    /// Forwarded, then the consent was withdrawn.
    ConsentWithdrawn,
    /// Screened after the batch had gone.
    ScreenedLate,
    /// Endorsed, and not screened in time.
    Endorsed,
    /// Verified; its endorsement was refused, because the district's places were taken.
    QuotaRefused,
    /// Verified; the district has not decided.
    Verified,
    /// Nominated with everything that is asked for; not yet looked at.
    Nominated,
    /// Nominated, with one photo missing.
    Incomplete,
    /// Nominated to the district; no unit has it yet.
    DistrictInbox,
    /// Returned by the unit.
    ReturnedByUnit,
    /// Returned by the district.
    ReturnedByDistrict,
    /// Returned by the city.
    ReturnedByCity,
    /// Rejected by the unit.
    RejectedByUnit,
    /// Rejected by the district.
    RejectedByDistrict,
    /// Rejected by the city.
    RejectedByCity,
    /// Withdrawn by the nominator.
    Withdrawn,
}

const FILES: [&str; 6] = [
    include_str!("stories/helping_others.json"),
    include_str!("stories/bravery.json"),
    include_str!("stories/integrity.json"),
    include_str!("stories/dedication.json"),
    include_str!("stories/filial_piety.json"),
    include_str!("stories/upcoming.json"),
];

/// All candidates of the demo.
pub fn stories() -> Result<Vec<Story>, serde_json::Error> {
    let files = FILES.iter().map(|text| serde_json::from_str::<Vec<Story>>(text));
    Ok(files.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
