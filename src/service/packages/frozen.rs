//! What a package is built from: the snapshots, and what was frozen of the batch as a whole.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        batch::{Contact, Snapshot},
        canonical_json,
        id::BatchId,
        month::Month,
        package::{City, Written, folder_names},
    },
    service::{Error, Service, candidates::reach},
    storage::{self, Connection, batch_material::SealedContact},
};

/// What holds for the whole of a batch when it is forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The city.
    pub city: City,
    /// The zone of days and months.
    pub time_zone: Tz,
}

impl Header {
    /// As it is now.
    pub fn now(service: &Service, db: &mut Connection) -> Result<Self, Error> {
        let city = storage::organizations::find_root(db)?;
        let city = city.ok_or_else(|| Error::Internal("there is no city".to_owned()))?;
        let city = City { id: city.id, code: city.code, name: city.name };
        Ok(Self { city, time_zone: service.time_zone })
    }

    /// As it is stored.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        canonical_json::to_bytes(self).map_err(|error| Error::Internal(error.to_string()))
    }
}

/// A candidate of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it was.
    pub snapshot: Snapshot,
    /// The category's Chinese name.
    pub category_name: String,
    /// How it can be reached.
    pub contact: Contact,
    /// Its folder.
    pub folder: String,
}

/// Everything that goes into a package, but for the photos' files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Which package.
    pub written: Written,
    /// Of which cycle.
    pub cycle: Month,
    /// When it was forwarded, or asked for.
    pub at: DateTime<Utc>,
    /// The city and its zone.
    pub header: Header,
    /// The candidates in their order.
    pub entries: Vec<Entry>,
}

impl Frozen {
    /// Gives each candidate its folder.
    #[must_use]
    pub fn new(
        written: Written,
        (cycle, at): (Month, DateTime<Utc>),
        header: Header,
        candidates: Vec<(Snapshot, String, Contact)>,
    ) -> Self {
        let names: Vec<[&str; 3]> = candidates
            .iter()
            .map(|(snapshot, category, _)| [category.as_str(), snapshot.unit.name.as_str(), snapshot.name.as_str()])
            .collect();
        let folders = folder_names(&names);
        let entries = candidates.into_iter().zip(folders);
        let entries = entries
            .map(|((snapshot, category_name, contact), folder)| Entry { snapshot, category_name, contact, folder })
            .collect();
        Self { written, cycle, at, header, entries }
    }

    /// What was frozen with a batch. What batches from before packages were built lack is taken as it is now.
    pub fn load(service: &Service, db: &mut Connection, id: BatchId) -> Result<Self, Error> {
        let batch = storage::batches::find(db, id)?.ok_or_else(Error::not_found)?;
        let header = match storage::packages::header(db, id)? {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Internal(error.to_string()))?,
            None => Header::now(service, db)?,
        };
        let mut contacts = storage::batch_material::contacts(db, id)?;
        let mut candidates = Vec::new();
        for item in storage::batches::items(db, id)? {
            let category_name = category_name(db, &item.snapshot)?;
            let contact = contacts.remove(&item.snapshot.candidate_id);
            let contact = contact.map(|sealed| open(service, &sealed)).transpose()?.unwrap_or_default();
            candidates.push((item.snapshot, category_name, contact));
        }
        let written = Written::Forwarded { batch_id: id, sequence: batch.sequence };
        Ok(Self::new(written, (batch.cycle, batch.forwarded_at), header, candidates))
    }
}

fn category_name(db: &mut Connection, snapshot: &Snapshot) -> Result<String, Error> {
    if let Some(file) = &snapshot.file {
        return Ok(file.category_name.clone());
    }
    let category = storage::categories::find(db, &snapshot.category)?;
    Ok(category.map_or_else(|| snapshot.category.to_string(), |category| category.name.zh))
}

/// Opens how a candidate can be reached. It was sealed for its row among the candidates' contacts.
pub(super) fn open(service: &Service, sealed: &SealedContact) -> Result<Contact, Error> {
    let opened = |column, cipher: &Option<Vec<u8>>| -> Result<Option<String>, Error> {
        let place = (storage::contacts::TABLE, column, sealed.candidate_id);
        Ok(reach::open(service, place, cipher.as_deref())?.map(|text| text.to_string()))
    };
    Ok(Contact {
        name: opened("name_cipher", &sealed.name_cipher)?,
        phone: opened("phone_cipher", &sealed.phone_cipher)?,
        relationship: sealed.relationship.clone(),
    })
}
