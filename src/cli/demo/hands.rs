//! What the people of the demo do, each through the use case that the API calls.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Datelike as _, Duration, Utc};

use super::{
    cast::{Cast, UnitPost},
    error::{DemoError, During as _},
    guide,
    story::{Course, Story},
};
use crate::{
    domain::{
        candidate::{Candidate, Channel, Gender, Subject},
        consent::{self, Consent, ConsentMethod, ConsentScope, Person},
        id::{CandidateId, PhotoId},
        month::Month,
        recommendation::{Reach, Recommendation},
        review::Decision,
        stage::StageCode,
        transition::Action,
        verification::{Finding, Heard, Verification, VerificationMethod},
    },
    service::{
        Caller, Error, Service, candidates, detours,
        reviews::{self, NewReview},
        transitions::Order,
    },
    storage,
};

/// The hands of one candidate's people.
pub struct Hands<'a> {
    /// The service.
    pub service: &'a Service,
    /// Who there is.
    pub cast: &'a Cast,
    /// The candidate.
    pub story: &'a Story,
    /// Its place among the stories.
    pub number: usize,
}

impl Hands<'_> {
    /// Recommends the candidate: online by a citizen or by nobody in particular, by other ways typed in by the unit.
    pub async fn nominate(&self) -> Result<CandidateId, DemoError> {
        let post = self.post()?;
        let caller = match self.channel()? {
            Channel::Online if self.number.is_multiple_of(2) => Caller::default(),
            Channel::Online => self.caller(&guide::citizen(self.number % 7)).await?,
            Channel::Media | Channel::Phone | Channel::Letter | Channel::InPerson | Channel::Other => {
                let to_unit = self.story.course != Course::DistrictInbox;
                self.caller(if to_unit { &post.verifier } else { &post.endorser }).await?
            }
        };
        let made = candidates::nominate::nominate(self.service, &caller, self.recommendation(post)?, None).await;
        Ok(made.during(|| self.doing("recommend"))?.dossier.candidate.id)
    }

    fn recommendation(&self, post: &UnitPost) -> Result<Recommendation, DemoError> {
        let story = self.story;
        let gender = story.gender.as_deref().map(str::parse::<Gender>).transpose();
        let to_unit = story.course != Course::DistrictInbox;
        let contact = story.contact.as_ref();
        Ok(Recommendation {
            category: story.category.parse().map_err(|_| self.missing("its category"))?,
            name: story.name.clone(),
            summary: story.summary.clone(),
            deed: story.deed.clone(),
            unit_id: to_unit.then_some(post.organization),
            district_id: (!to_unit).then_some(post.district),
            channel: Some(self.channel()?),
            channel_id: None,
            contact: Reach {
                phone: Some(format!("1380000{:04}", 1000 + self.number)),
                name: contact.map(|contact| contact.name.clone()),
                relationship: contact.map(|contact| contact.relationship.clone()),
            },
            subject: if story.members.is_empty() { Subject::Individual } else { Subject::Group },
            members: story.members.clone(),
            posthumous: story.posthumous,
            occupation: story.occupation.clone(),
            gender: gender.map_err(|_| self.missing("its gender"))?,
            birth_year: story.birth_year,
            ethnicity: story.ethnicity.clone(),
            nominator: Some(Reach {
                phone: Some(format!("1390000{:04}", 2000 + self.number)),
                name: Some(story.nominator.name.clone()),
                relationship: Some(story.nominator.relationship.clone()),
            }),
        })
    }

    /// Adds a photo to the file.
    pub async fn add_photo(&self, id: CandidateId, photo: Vec<u8>) -> Result<PhotoId, DemoError> {
        let caller = self.caller(&self.post()?.verifier).await?;
        let added = candidates::photos::add_photo(self.service, &caller, (id, false), Bytes::from(photo), None).await;
        Ok(added.during(|| self.doing("add a photo"))?.photo.id)
    }

    /// Records the consent of the candidate, or of who speaks for it.
    pub async fn consent(&self, id: CandidateId) -> Result<(), DemoError> {
        let now = self.service.clocks.campaign();
        let file = self.candidate(id).await?;
        let person = Person { subject: file.subject, posthumous: file.posthumous, birth_year: file.birth_year };
        let year = now.with_timezone(&self.service.time_zone).year();
        let given_by = *consent::who_can_give(person, year).first().ok_or_else(|| self.missing("who consents"))?;
        let name = self.story.contact.as_ref().map_or(&self.story.name, |contact| &contact.name);
        let consent = Consent {
            given_by,
            name: name.clone(),
            scope: vec![ConsentScope::Publication, ConsentScope::Forwarding],
            text_version: "2026-1".to_owned(),
            method: ConsentMethod::Paper,
            given_at: now - Duration::minutes(50),
            evidence: Some("同意书原件存于本单位档案柜".to_owned()),
        };
        let caller = self.caller(&self.post()?.verifier).await?;
        let put = candidates::consents::put_consent(self.service, &caller, (id, None), consent).await;
        put.during(|| self.doing("record the consent"))?;
        Ok(())
    }

    /// The unit records what it did to make sure of the deed.
    pub async fn look_at_facts(&self, id: CandidateId, notes: &str) -> Result<(), DemoError> {
        let methods = VerificationMethod::ALL;
        let method = *methods.get(self.number % methods.len()).ok_or_else(|| self.missing("how it is verified"))?;
        let nominator = &self.story.nominator;
        let heard = Heard { name: nominator.name.clone(), relationship: Some(nominator.relationship.clone()) };
        let record = Verification {
            method,
            verifiers: vec!["周敏".to_owned(), "何建国".to_owned()],
            held_at: self.service.clocks.campaign() - Duration::minutes(90),
            department: (method == VerificationMethod::Consultation).then(|| "所在街道派出所".to_owned()),
            heard: vec![heard],
            finding: Finding::Confirmed,
            notes: notes.to_owned(),
        };
        let caller = self.caller(&self.post()?.verifier).await?;
        let made = candidates::verifications::create_verification(self.service, &caller, id, record, None).await;
        made.map(|_| ()).during(|| self.doing("look at the facts of"))
    }

    /// The unit records that the consent is withdrawn.
    pub async fn withdraw_consent(&self, id: CandidateId, reason: &str) -> Result<(), DemoError> {
        let caller = self.caller(&self.post()?.verifier).await?;
        let version = self.candidate(id).await?.version;
        let reason = Some(reason.to_owned());
        let done = candidates::consents::withdraw_consent(self.service, &caller, (id, version), reason).await;
        done.during(|| self.doing("withdraw the consent of"))?;
        Ok(())
    }

    /// A stage approves, with every item of its checklist answered.
    pub async fn approve(&self, id: CandidateId, stage: StageCode, opinion: &str) -> Result<(), Refusal> {
        let candidate = self.candidate(id).await?;
        let checklist = self.checklist(candidate.cycle, stage).await?;
        let input = NewReview {
            decision: Decision::Approve,
            opinion: opinion.to_owned(),
            checklist,
            answered: Vec::new(),
            version: candidate.version,
        };
        self.decide(id, stage, input).await
    }

    /// A stage returns or rejects.
    pub async fn refuse(
        &self,
        id: CandidateId,
        stage: StageCode,
        decision: Decision,
        why: &str,
    ) -> Result<(), DemoError> {
        let version = self.candidate(id).await?.version;
        let input =
            NewReview { decision, opinion: why.to_owned(), checklist: BTreeMap::new(), answered: Vec::new(), version };
        self.decide(id, stage, input).await.map_err(|refusal| refusal.during(self.doing(decision.as_str())))
    }

    async fn decide(&self, id: CandidateId, stage: StageCode, input: NewReview) -> Result<(), Refusal> {
        let post = self.post()?;
        let username = match stage {
            StageCode::UnitVerification => &post.verifier,
            StageCode::DistrictEndorsement => &post.endorser,
            StageCode::CityScreening | StageCode::Forwarding | StageCode::Listing => guide::CITY,
        };
        let caller = self.caller(username).await?;
        reviews::decide(self.service, &caller, id, input, None).await.map(|_| ()).map_err(Refusal::Service)
    }

    /// The unit withdraws the candidate.
    pub async fn withdraw(&self, id: CandidateId) -> Result<(), DemoError> {
        let caller = self.caller(&self.post()?.verifier).await?;
        let order = Order::new(Action::Withdraw, None).at_version(self.candidate(id).await?.version);
        let done = detours::act(self.service, &caller, id, order, None).await;
        done.map(|_| ()).during(|| self.doing("withdraw"))
    }

    async fn checklist(&self, month: Month, stage: StageCode) -> Result<BTreeMap<String, bool>, DemoError> {
        let read = self.service.store.read(move |db| Ok::<_, Error>(storage::cycles::find(db, month)?));
        let cycle = read.await?.ok_or_else(|| self.missing("its cycle"))?;
        Ok(cycle.checklist(stage).iter().map(|item| (item.code.clone(), true)).collect())
    }

    async fn candidate(&self, id: CandidateId) -> Result<Candidate, DemoError> {
        let found = self.service.store.read(move |db| Ok::<_, Error>(storage::candidates::find(db, id)?)).await?;
        found.ok_or_else(|| self.missing("its candidate"))
    }

    async fn caller(&self, username: &str) -> Result<Caller, DemoError> {
        self.cast.caller(self.service, username).await
    }

    fn post(&self) -> Result<&UnitPost, DemoError> {
        self.cast.unit(&self.story.unit)
    }

    fn channel(&self) -> Result<Channel, DemoError> {
        self.story.channel.parse().map_err(|_| self.missing("its channel"))
    }

    fn missing(&self, what: &str) -> DemoError {
        DemoError::Missing(format!("{what} ({})", self.story.name))
    }

    /// What is being done, for a message.
    pub fn doing(&self, verb: &str) -> String {
        format!("{verb} {}", self.story.name)
    }
}

/// A decision that was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The use case refused.
    #[error(transparent)]
    Service(Error),
    /// The demo itself is wrong.
    #[error(transparent)]
    Demo(#[from] DemoError),
}

impl Refusal {
    /// The refusal as the demo's failure.
    pub fn during(self, doing: String) -> DemoError {
        match self {
            Self::Service(error) => DemoError::Refused(doing, error),
            Self::Demo(error) => error,
        }
    }
}

/// The moment to which a step belongs.
pub fn set_clock(service: &Service, at: DateTime<Utc>) {
    service.clocks.set_campaign(Some(at));
}
