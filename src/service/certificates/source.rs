//! What a certificate is drawn from, as it is stored.

use std::collections::{BTreeMap, btree_map};

use chrono_tz::Tz;

use super::drawing::{Cover, Sheet};
use crate::{
    domain::{
        category::CategoryCode,
        certificate::{self, Facts, wording::Wording},
        fault::Code,
        id::HonourId,
        local_day,
    },
    service::{Error, Service},
    storage::{
        self, Connection,
        certificates::IssuedRow,
        honours::{Entry, Which},
        lists::ListRow,
    },
};

/// An entry of a list with everything that its certificate needs.
#[derive(Clone, Debug)]
pub struct Source {
    /// The entry.
    pub entry: Entry,
    /// Its list.
    pub list: ListRow,
    /// What was issued before.
    pub issued: Option<IssuedRow>,
    facts: Facts,
    zone: Tz,
}

impl Source {
    /// Those of some honours, in the order of the list; a constant number of queries however many there are.
    pub fn of(db: &mut Connection, which: Which, zone: Tz) -> Result<Vec<Self>, Error> {
        let entries = storage::honours::list(db, which)?;
        let candidates: Vec<_> = entries.iter().map(|entry| entry.honour.candidate).collect();
        let honours: Vec<HonourId> = entries.iter().map(|entry| entry.honour.id).collect();
        let mut members = storage::certificates::members_of(db, &candidates)?;
        let mut issued = storage::certificates::issued_of(db, &honours)?;
        let categories: BTreeMap<CategoryCode, String> =
            storage::categories::list(db)?.into_iter().map(|one| (one.code, one.name.zh)).collect();
        let mut lists = BTreeMap::new();
        for entry in &entries {
            let cycle = entry.honour.number.month;
            if let btree_map::Entry::Vacant(place) = lists.entry(cycle) {
                place.insert(storage::lists::find(db, cycle)?.ok_or_else(Error::not_found)?);
            }
        }
        let mut sources = Vec::with_capacity(entries.len());
        for entry in entries {
            let list = lists.get(&entry.honour.number.month).cloned().ok_or_else(Error::not_found)?;
            let facts = Facts {
                number: entry.honour.number.clone(),
                title: list.title.clone(),
                issuer: list.issuer.clone(),
                category: categories.get(&entry.honour.category).cloned().unwrap_or_default(),
                name: entry.name.clone(),
                subject: entry.subject,
                members: members.remove(&entry.honour.candidate).unwrap_or_default(),
                posthumous: entry.posthumous,
                published_on: local_day::day_of(list.published_at, zone),
            };
            let issued = issued.remove(&entry.honour.id);
            sources.push(Self { entry, list, issued, facts, zone });
        }
        Ok(sources)
    }

    /// Whether its certificate is given out.
    pub fn give_out(&self) -> Result<(), Code> {
        certificate::give_out(&self.entry.honour.standing, self.list.result_source)
    }

    /// What is drawn.
    #[must_use]
    pub fn sheet(&self, service: &Service) -> Sheet {
        let check_url = service.certificates.check_url(&self.facts.number);
        Sheet { wording: Wording::of(&self.facts), check_url }
    }

    /// What readers of the file are told of it.
    #[must_use]
    pub fn cover(&self) -> Cover {
        Cover {
            title: Wording::of(&self.facts).document_title,
            author: self.list.issuer.clone(),
            id: self.facts.number.to_string(),
            created_at: self.list.published_at.with_timezone(&self.zone).fixed_offset(),
        }
    }
}
