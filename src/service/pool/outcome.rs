//! What came of an approved recommendation, recorded by the city: being chosen is an honour of that level.

use chrono::NaiveDate;

use super::{
    read::{self, Recommended},
    steps,
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::PoolRecommendationId,
        local_day,
        outside_honour::{NAME_MAX_CHARS, OutsideHonourFields, day_fault},
        pool::{self, Recommendation, StepKind},
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        error::refuse_invalid,
        honorees::outside,
        idempotency::{self, Attempt, FirstAnswer},
    },
    storage,
};

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Whether the person was chosen.
    pub chosen: bool,
    /// What the chosen one was named.
    pub title: Option<String>,
    /// By whom.
    pub issuer: Option<String>,
    /// On which local day that was announced.
    pub announced_on: NaiveDate,
}

impl Outcome {
    fn faults(&self, today: NaiveDate) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (pointer, words) in [("/title", &self.title), ("/issuer", &self.issuer)] {
            match words {
                Some(words) => {
                    faults.extend(text::line(words, NAME_MAX_CHARS).into_iter().map(|fault| fault.under(pointer)));
                }
                None if self.chosen => faults.push(Fault::at(pointer, Code::Required)),
                None => {}
            }
        }
        faults.extend(day_fault("/announced_on", self.announced_on, today));
        faults
    }

    fn honour(&self, of: &Recommendation) -> OutsideHonourFields {
        OutsideHonourFields {
            level: Some(of.level.honour()),
            title: self.title.clone(),
            issuer: self.issuer.clone(),
            awarded_on: Some(self.announced_on),
            ..OutsideHonourFields::default()
        }
    }
}

/// Records what came of a recommendation.
pub async fn record_outcome(
    service: &Service,
    caller: &Caller,
    (id, version): (PoolRecommendationId, i64),
    outcome: Outcome,
    attempt: Option<Attempt>,
) -> Result<Recommended, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    refuse_invalid(outcome.faults(local_day::day_of(service.clocks.campaign(), service.time_zone)))?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let found = steps::hold(db, (id, version))?;
            let kind = if outcome.chosen { StepKind::Chosen } else { StepKind::NotChosen };
            let status = pool::step(&found, kind, (account.actor(), &[])).map_err(Error::fault)?;
            let title = outcome.title.as_deref().map(text::tidy_line);
            let announced_on = Some(outcome.announced_on);
            let after = Recommendation { status, title: title.clone(), announced_on, ..found };
            steps::write(&service, db, &caller, (&after, kind, title))?;
            if outcome.chosen {
                let holder = storage::honorees::find(db, after.honoree)?.ok_or_else(Error::not_found)?;
                outside::add(&service, db, (&caller, &account), (&holder, outcome.honour(&after)))?;
            }
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::gather_one(db, id)
        })
        .await
}
