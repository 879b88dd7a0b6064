//! Of which months numbers are wanted.

use super::group::{Dimension, GROUP_BY_MOST};
use crate::domain::{
    fault::{Code, Fault},
    month::Month,
};

/// Of so many months at most.
pub const CYCLES_MOST: usize = 36;

/// What was said of the months; one way of the three, or none.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// These months.
    pub cycles: Vec<Month>,
    /// All from this one on …
    pub from: Option<Month>,
    /// … to this one.
    pub until: Option<Month>,
    /// All of this year.
    pub year: Option<i32>,
    /// By what groups are told apart.
    pub group_by: Vec<Dimension>,
}

/// The months, each once, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Months(pub Vec<Month>);

impl Said {
    /// The months that are meant, `current` where nothing was said; or everything that is wrong with what was said.
    pub fn judge(&self, current: Month) -> Result<Months, Vec<Fault>> {
        let mut faults = self.against_groups();
        let ranged = self.from.is_some() || self.until.is_some();
        if self.year.is_some() && (ranged || !self.cycles.is_empty()) {
            faults.push(Fault::at("/year", Code::Inconsistent));
        } else if ranged && !self.cycles.is_empty() {
            let pointer = if self.from.is_some() { "/from" } else { "/until" };
            faults.push(Fault::at(pointer, Code::Inconsistent));
        }
        let months = match (self.year, self.from, self.until) {
            (Some(year), ..) => {
                let ends = Month::new(year, 1).zip(Month::new(year, 12));
                if ends.is_none() {
                    faults.push(Fault::at("/year", Code::Malformed));
                }
                ends.map(|(first, last)| between(first, last)).unwrap_or_default()
            }
            (None, Some(from), Some(until)) if until < from => {
                faults.push(Fault::at("/until", Code::Inconsistent).with("not_before", from.to_string()));
                Vec::new()
            }
            (None, Some(from), Some(until)) => between(from, until),
            (None, Some(_), None) => {
                faults.push(Fault::at("/until", Code::Required));
                Vec::new()
            }
            (None, None, Some(_)) => {
                faults.push(Fault::at("/from", Code::Required));
                Vec::new()
            }
            (None, None, None) if self.cycles.is_empty() => vec![current],
            (None, None, None) => self.cycles.clone(),
        };
        faults.extend(self.too_many(months.len()));
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut months = months;
        months.sort_unstable();
        months.dedup();
        Ok(Months(months))
    }

    fn too_many(&self, count: usize) -> Option<Fault> {
        let pointer = if self.cycles.is_empty() { "/until" } else { "/cycle" };
        (count > CYCLES_MOST).then(|| Fault::at(pointer, Code::TooMany).with("limit", CYCLES_MOST))
    }

    fn against_groups(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.group_by.len() > GROUP_BY_MOST {
            let fault = Fault::at("/group_by", Code::TooMany).with("limit", GROUP_BY_MOST);
            faults.push(fault.with("actual", self.group_by.len()));
        }
        let mut sorted = self.group_by.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
            faults.push(Fault::at("/group_by", Code::Duplicate));
        }
        faults
    }
}

/// One month more than is allowed is enough to be refused.
fn between(first: Month, last: Month) -> Vec<Month> {
    std::iter::successors(Some(first), |month| Some(month.next()))
        .take_while(|month| *month <= last)
        .take(CYCLES_MOST + 1)
        .collect()
}
