//! Every number of the campaign, as a field of the cycle's policy.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    aftercare::festival::Festival,
    fault::{Code, Fault},
};

mod field;
mod range;

pub use field::{FieldGroup, PolicyField};

text_enum! {
    /// How often a voter may vote for one candidate.
    pub enum Repeat {
        /// Once in the cycle.
        Once = "once",
        /// Once each local day.
        Daily = "daily",
    }
}

text_enum! {
    /// When and to whom the results of the vote are shown.
    pub enum ResultsVisibility {
        /// To everybody while voting runs.
        Live = "live",
        /// To everybody after voting has closed.
        AfterClose = "after_close",
        /// To reviewers alone, also when the list is published.
        ReviewersOnly = "reviewers_only",
    }
}

text_enum! {
    /// Where the vote is held.
    pub enum ResultSource {
        /// Here.
        Local = "local",
        /// On the national site; the portal delivers the results.
        Portal = "portal",
    }
}

text_enum! {
    /// Who may vote.
    pub enum Voters {
        /// Every account of a voter's role, here or of another identity provider.
        Any = "any",
        /// Accounts that belong to an organization.
        Organizations = "organizations",
        /// Those for whose real name an identity provider vouches.
        Verified = "verified",
    }
}

text_enum! {
    /// In which order the candidates of a category stand on the ballot paper.
    pub enum DisplayOrder {
        /// By lot, the same for everybody, from a seed that is published.
        Lot = "lot",
        /// At random for each session.
        Session = "session",
        /// Most votes first; only with results that are live.
        Votes = "votes",
    }
}

text_enum! {
    /// When comments are moderated.
    pub enum CommentModeration {
        /// Clean ones appear at once, doubtful ones are held.
        Post = "post",
        /// All are held.
        Pre = "pre",
    }
}

text_enum! {
    /// How people of the list enter the pool of moral models.
    pub enum PoolEntry {
        /// By themselves, as soon as enough of their honours stand.
        Automatic = "automatic",
        /// When the city has approved a recommendation.
        ByRecommendation = "by_recommendation",
    }
}

/// The policy of one cycle. A member that is left out has its default; an unknown one is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The fewest characters of a deed, counted as a word processor counts.
    pub deed_min_chars: u32,
    /// The most characters of a deed.
    pub deed_max_chars: u32,
    /// Exactly so many photos.
    pub photo_count: u32,
    /// The largest photo as stored, in bytes.
    pub photo_max_bytes: u32,
    /// The least length of a photo's shorter side, in pixels.
    pub photo_min_side_px: u32,
    /// The fewest confirming records of the verification file with which the unit verifies.
    pub verification_records_min: u32,
    /// The most candidates that one district endorses.
    pub district_quota: u32,
    /// How often a voter may vote for one candidate.
    pub repeat: Repeat,
    /// The most different candidates of one category that a voter votes for in the span of `repeat`.
    pub votes_per_category: u32,
    /// The most different candidates that a voter votes for in the span of `repeat` in all; 0 where only the categories
    /// are limited.
    pub votes_in_all: u32,
    /// Who may vote.
    pub voters: Voters,
    /// In which order candidates stand on the ballot paper.
    pub display_order: DisplayOrder,
    /// Whether a vote is answered with its receipt of the public log.
    pub receipts: bool,
    /// When and to whom the results are shown.
    pub results_visibility: ResultsVisibility,
    /// Where the vote is held.
    pub result_source: ResultSource,
    /// The national site's page; required with `result_source: portal`.
    pub voting_url: Option<String>,
    /// When comments are moderated.
    pub comment_moderation: CommentModeration,
    /// The most candidates of one category on the list.
    pub list_per_category: u32,
    /// The fewest valid votes of a candidate on the list.
    pub list_min_votes: u32,
    /// The fewest standing honours of somebody in the pool of moral models.
    pub pool_min_honours: u32,
    /// How people of the list enter the pool of moral models.
    pub pool_entry: PoolEntry,
    /// Days after publication in which objections are taken.
    pub objection_days: u32,
    /// Months after which an honoree is to be visited again.
    pub visit_interval_months: u32,
    /// Days after which a dismissed lead is erased, counted from its dismissal.
    pub lead_retention_days: u32,
    /// The festivals at which every honoree is to be visited. By default 春节 and 中秋节: before both calls are customary
    /// everywhere, and they lie about as far apart as the interval, so that two visits a year meet both rules. 重阳节 is that
    /// of the old alone.
    pub visit_festivals: Vec<Festival>,
    /// A visit within so many days up to a festival is the festival's.
    pub visit_window_days: u32,
    /// Months without being reached after which an honoree counts as lost.
    pub contact_lost_months: u32,
    /// Days after which the next level is alarmed of a lost honoree.
    pub contact_escalation_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            deed_min_chars: 500,
            deed_max_chars: 1000,
            photo_count: 2,
            photo_max_bytes: 384 * 1024,
            photo_min_side_px: 300,
            verification_records_min: 1,
            district_quota: 2,
            repeat: Repeat::Once,
            votes_per_category: 20,
            votes_in_all: 0,
            voters: Voters::Any,
            display_order: DisplayOrder::Lot,
            receipts: true,
            results_visibility: ResultsVisibility::Live,
            result_source: ResultSource::Local,
            voting_url: None,
            comment_moderation: CommentModeration::Post,
            list_per_category: 20,
            list_min_votes: 1,
            pool_min_honours: 1,
            pool_entry: PoolEntry::Automatic,
            objection_days: 15,
            visit_interval_months: 6,
            lead_retention_days: 180,
            visit_festivals: vec![Festival::SpringFestival, Festival::MidAutumn],
            visit_window_days: 15,
            contact_lost_months: 12,
            contact_escalation_days: 30,
        }
    }
}

impl Policy {
    /// Everything that is wrong with the policy as a whole, the pointers below `/policy`.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = range::faults(self);
        if self.deed_min_chars > self.deed_max_chars {
            let fault = Fault::at(PolicyField::DeedMaxChars.pointer(), Code::Inconsistent);
            faults.push(fault.with("minimum", self.deed_min_chars).with("actual", self.deed_max_chars));
        }
        match (&self.voting_url, self.result_source) {
            (None, ResultSource::Portal) => {
                faults.push(Fault::at(PolicyField::VotingUrl.pointer(), Code::Required));
            }
            (Some(url), _) if !is_web_address(url) => {
                faults.push(Fault::at(PolicyField::VotingUrl.pointer(), Code::Malformed));
            }
            (Some(_), _) | (None, ResultSource::Local) => {}
        }
        for (index, festival) in self.visit_festivals.iter().enumerate() {
            if self.visit_festivals.iter().take(index).any(|before| before == festival) {
                faults.push(Fault::at(format!("{}/{index}", PolicyField::VisitFestivals.pointer()), Code::Duplicate));
            }
        }
        // An order by votes would tell what is not to be shown.
        if self.display_order == DisplayOrder::Votes && self.results_visibility != ResultsVisibility::Live {
            faults.push(Fault::at(PolicyField::DisplayOrder.pointer(), Code::Inconsistent));
        }
        faults
    }

    /// The most different candidates that a voter votes for in all; none where only the categories are limited.
    #[must_use]
    pub fn limit_in_all(&self) -> Option<u32> {
        (self.votes_in_all > 0).then_some(self.votes_in_all)
    }

    /// The policy after a merge patch (RFC 7396): a member that is `null` gets its default. All unknown and
    /// ill-typed members are reported; the result is not yet validated.
    pub fn merged(&self, patch: &Map<String, Value>) -> Result<Self, Vec<Fault>> {
        let faults: Vec<_> = patch.iter().filter_map(|(name, value)| self.member_fault(name, value)).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut members = self.members();
        for (name, value) in patch {
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        // Each member was parsed above; together they cannot fail.
        serde_json::from_value(Value::Object(members)).map_err(|_| vec![Fault::at("/policy", Code::WrongType)])
    }

    /// The fields whose values differ.
    #[must_use]
    pub fn diff(old: &Self, new: &Self) -> Vec<PolicyField> {
        let (old, new) = (old.members(), new.members());
        PolicyField::ALL.iter().copied().filter(|field| old.get(field.as_str()) != new.get(field.as_str())).collect()
    }

    /// A field's value, as it is sent.
    #[must_use]
    pub fn value(&self, field: PolicyField) -> Value {
        self.members().remove(field.as_str()).unwrap_or_default()
    }

    fn members(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            // A struct of numbers and texts is always an object.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    fn member_fault(&self, name: &str, value: &Value) -> Option<Fault> {
        let Ok(field) = name.parse::<PolicyField>() else {
            let escaped = name.replace('~', "~0").replace('/', "~1");
            return Some(Fault::at(format!("/policy/{escaped}"), Code::UnknownMember));
        };
        let alone = Value::Object(Map::from_iter([(name.to_owned(), value.clone())]));
        if value.is_null() || serde_json::from_value::<Self>(alone).is_ok() {
            return None;
        }
        let code = match (self.members().get(name), value) {
            (Some(Value::String(_)), Value::String(_)) => Code::UnknownValue,
            (Some(Value::Number(_)), Value::Number(number)) if number.is_i64() && number.as_u64().is_none() => {
                Code::TooSmall
            }
            (Some(Value::Number(_)), Value::Number(number)) if number.is_u64() => Code::TooLarge,
            _ => Code::WrongType,
        };
        Some(Fault::at(field.pointer(), code))
    }
}

/// An absolute `http` or `https` address of at most 2048 visible ASCII characters.
pub(super) fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.len() <= 2048
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests;
