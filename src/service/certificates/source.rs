//! What a certificate is drawn from, as it is stored.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use chrono_tz::Tz;

use super::drawing::{Cover, Sheet};
use crate::{
    domain::{
        category::CategoryCode,
        certificate::{
            self, Facts,
            lacking::{self, Place},
            wording::Wording,
        },
        fault::Code,
        id::HonourId,
        local_day,
    },
    service::{Error, Service},
    storage::{
        self, Connection,
        certificates::PrintRow,
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
    /// What was issued before, as it is given out.
    pub issued: Option<PrintRow>,
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
            let issued = issued.remove(&entry.honour.id);
            // One that was reissued has the issuer of that day.
            let reissued_by = issued.as_ref().and_then(|print| print.issuer.clone());
            let facts = Facts {
                number: entry.honour.number.clone(),
                title: list.title.clone(),
                issuer: reissued_by.unwrap_or_else(|| list.issuer.clone()),
                category: categories.get(&entry.honour.category).cloned().unwrap_or_default(),
                name: entry.name.clone(),
                subject: entry.subject,
                members: members.remove(&entry.honour.candidate).unwrap_or_default(),
                posthumous: entry.posthumous,
                published_on: local_day::day_of(list.published_at, zone),
            };
            sources.push(Self { entry, list, issued, facts, zone });
        }
        Ok(sources)
    }

    /// Whether its certificate is given out.
    pub fn give_out(&self) -> Result<(), Code> {
        certificate::give_out(&self.entry.honour.standing, self.list.result_source)
    }

    /// The same with another issuer on it.
    #[must_use]
    pub fn issued_by(&self, issuer: String) -> Self {
        Self { facts: Facts { issuer, ..self.facts.clone() }, ..self.clone() }
    }

    /// The same with the issuer that stands on one of its prints.
    #[must_use]
    pub fn of_print(&self, print: &PrintRow) -> Self {
        self.issued_by(print.issuer.clone().unwrap_or_else(|| self.list.issuer.clone()))
    }

    /// The issuer that stands on it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.facts.issuer
    }

    /// The category in Chinese.
    #[must_use]
    pub fn category(&self) -> &str {
        &self.facts.category
    }

    /// Where characters stand on it.
    #[must_use]
    pub fn places(&self, characters: &BTreeSet<String>) -> Vec<Place> {
        lacking::places(&self.facts, characters)
    }

    /// What is drawn, with the address of today.
    #[must_use]
    pub fn sheet(&self, service: &Service) -> Sheet {
        self.sheet_at(service.certificates.check_url(&self.facts.number))
    }

    /// What is drawn, with this address of the public check.
    #[must_use]
    pub fn sheet_at(&self, check_url: String) -> Sheet {
        Sheet { wording: Wording::of(&self.facts), check_url }
    }

    /// What readers of the file are told of it.
    #[must_use]
    pub fn cover(&self) -> Cover {
        Cover {
            title: Wording::of(&self.facts).document_title,
            author: self.facts.issuer.clone(),
            id: self.facts.number.to_string(),
            created_at: self.list.published_at.with_timezone(&self.zone).fixed_offset(),
        }
    }
}
