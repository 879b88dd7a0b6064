//! Plays the demo's two months, entry by entry, with the campaign's clock set to each.

use super::{
    cast::Cast,
    dice::Dice,
    drawing,
    error::{DemoError, During as _},
    guide, hands,
    hands::{Hands, Refusal},
    plan::{Entry, Step},
    poll,
    progress::Progress,
    story::Story,
    words::Words,
};
use crate::{
    domain::{
        fault::Code,
        id::{CandidateId, PhotoId},
        listing::TieBreak,
        month::Month,
        review::Decision,
        stage::StageCode,
    },
    service::{
        Caller, Service, batches, lists,
        voter::{Elector, RequestTraits},
        votes,
    },
};

/// The stage on which the demo plays.
pub struct Season<'a> {
    /// The service.
    pub service: &'a Service,
    /// Who there is.
    pub cast: &'a Cast,
    /// The candidates.
    pub stories: &'a [Story],
    /// What reviewers write.
    pub words: &'a Words,
    /// The candidates' ids, by the place of their stories, as they come to be.
    pub made: Vec<Option<(CandidateId, Option<PhotoId>)>>,
}

impl<'a> Season<'a> {
    /// A season in which nothing has happened yet.
    pub fn new(service: &'a Service, cast: &'a Cast, stories: &'a [Story], words: &'a Words) -> Self {
        Self { service, cast, stories, words, made: vec![None; stories.len()] }
    }

    /// Plays the whole diary.
    pub async fn play(&mut self, diary: &[Entry], progress: &mut Progress) -> Result<(), DemoError> {
        for entry in diary {
            hands::set_clock(self.service, entry.at);
            self.enact(*entry).await?;
            progress.step(phase(entry.step));
        }
        Ok(())
    }

    async fn enact(&mut self, entry: Entry) -> Result<(), DemoError> {
        match entry.step {
            Step::Nominate => {
                let id = self.hands(entry.story)?.nominate().await?;
                if let Some(place) = self.made.get_mut(entry.story) {
                    *place = Some((id, None));
                }
                Ok(())
            }
            Step::AddPhotos(count) => self.add_photos(entry.story, count).await,
            Step::Consent => self.hands(entry.story)?.consent(self.id(entry.story)?).await,
            Step::LookAtFacts => {
                let hands = self.hands(entry.story)?;
                let found = self.words.found.get(entry.story % self.words.found.len().max(1));
                hands.look_at_facts(self.id(entry.story)?, found.map_or("所述属实。", String::as_str)).await
            }
            Step::Approve(stage) => {
                let (hands, id) = (self.hands(entry.story)?, self.id(entry.story)?);
                let done = hands.approve(id, stage, self.opinion(&hands, stage)).await;
                done.map_err(|refusal| refusal.during(hands.doing("approve")))
            }
            Step::MeetQuota => self.meet_quota(entry.story).await,
            Step::Return(stage) => self.refuse(entry.story, stage, Decision::Return).await,
            Step::Reject(stage) => self.refuse(entry.story, stage, Decision::Reject).await,
            Step::Withdraw => self.hands(entry.story)?.withdraw(self.id(entry.story)?).await,
            Step::WithdrawConsent => {
                let id = self.id(entry.story)?;
                self.hands(entry.story)?.withdraw_consent(id, &self.words.consent_withdrawn).await
            }
            Step::Vote { voter } => self.vote(entry.story, voter).await,
            Step::Forward(month) => {
                let caller = self.cast.caller(self.service, guide::CITY).await?;
                let batch = batches::create_batch(self.service, &caller, month, None).await;
                batch.map(|_| ()).during(|| format!("forward {month}"))
            }
            Step::Publish(month) => self.publish(month).await,
        }
    }

    async fn add_photos(&mut self, story: usize, count: usize) -> Result<(), DemoError> {
        let id = self.id(story)?;
        let told = self.hands(story)?.story.clone();
        let drawn = tokio::task::spawn_blocking(move || drawing::photos(&told)).await;
        let photos = drawn.map_err(|_| DemoError::Missing("a drawing that was broken off".to_owned()))??;
        let mut first = None;
        for photo in photos.into_iter().take(count) {
            let added = self.hands(story)?.add_photo(id, photo).await?;
            first.get_or_insert(added);
        }
        if let Some(place) = self.made.get_mut(story) {
            *place = Some((id, first));
        }
        Ok(())
    }

    /// The district approves once more than it has places, and is refused.
    async fn meet_quota(&self, story: usize) -> Result<(), DemoError> {
        let (hands, id) = (self.hands(story)?, self.id(story)?);
        match hands.approve(id, StageCode::DistrictEndorsement, &self.words.quota_refused).await {
            Err(Refusal::Service(error)) if error.code() == Some(Code::QuotaExceeded) => Ok(()),
            Err(refusal) => Err(refusal.during(hands.doing("endorse beyond the quota"))),
            Ok(()) => Err(DemoError::NotRefused(hands.doing("endorsing beyond the quota"))),
        }
    }

    async fn refuse(&self, story: usize, stage: StageCode, decision: Decision) -> Result<(), DemoError> {
        let words = self.words;
        let reason = match (decision == Decision::Return, stage) {
            (true, StageCode::UnitVerification) => &words.returned_by_unit,
            (true, StageCode::DistrictEndorsement) => &words.returned_by_district,
            (true, StageCode::CityScreening | StageCode::Forwarding | StageCode::Listing) => &words.returned_by_city,
            (false, StageCode::UnitVerification) => &words.rejected_by_unit,
            (false, StageCode::DistrictEndorsement) => &words.rejected_by_district,
            (false, StageCode::CityScreening | StageCode::Forwarding | StageCode::Listing) => &words.rejected_by_city,
        };
        self.hands(story)?.refuse(self.id(story)?, stage, decision, reason).await
    }

    async fn vote(&self, story: usize, voter: usize) -> Result<(), DemoError> {
        let username = guide::citizen(voter);
        let caller = self.cast.caller(self.service, &username).await?;
        let elector = Elector::of(&caller).during(|| format!("{username} votes"))?;
        let cast = votes::cast_vote(self.service, elector, self.id(story)?, &RequestTraits::default()).await;
        cast.map(|_| ()).during(|| format!("{username} votes"))
    }

    /// Publishes; the first attempt meets the tie, the second breaks it.
    async fn publish(&self, month: Month) -> Result<(), DemoError> {
        let caller: Caller = self.cast.caller(self.service, guide::CITY).await?;
        match lists::publish_list(self.service, &caller, (month, Vec::new()), None).await {
            Err(error) if error.code() == Some(Code::TieAtCut) => {}
            Err(error) => return Err(DemoError::Refused(format!("publish {month}"), error)),
            Ok(_) => return Err(DemoError::NotRefused(format!("publishing {month} with a tie"))),
        }
        let tied = poll::tied(self.stories);
        let chosen = *tied.first().ok_or_else(|| DemoError::Missing("a tie".to_owned()))?;
        let category = self.hands(chosen)?.story.category.parse();
        let tie_break = TieBreak {
            category: category.map_err(|_| DemoError::Missing("the tie's category".to_owned()))?,
            candidate_ids: vec![self.id(chosen)?],
            reason: self.words.tie.clone(),
        };
        let published = lists::publish_list(self.service, &caller, (month, vec![tie_break]), None).await;
        published.map(|_| ()).during(|| format!("publish {month} with its tie broken"))
    }

    fn opinion(&self, hands: &Hands<'_>, stage: StageCode) -> &'a str {
        let opinions = match stage {
            StageCode::UnitVerification => &self.words.verify,
            StageCode::DistrictEndorsement => &self.words.endorse,
            StageCode::CityScreening | StageCode::Forwarding | StageCode::Listing => &self.words.screen,
        };
        let turn = Dice::of(&hands.story.summary).below(opinions.len());
        opinions.get(turn).map_or("同意。", String::as_str)
    }

    fn hands(&self, number: usize) -> Result<Hands<'a>, DemoError> {
        let story = self.stories.get(number).ok_or_else(|| DemoError::Missing("a story".to_owned()))?;
        Ok(Hands { service: self.service, cast: self.cast, story, number })
    }

    fn id(&self, story: usize) -> Result<CandidateId, DemoError> {
        let made = self.made.get(story).copied().flatten();
        made.map(|(id, _)| id).ok_or_else(|| DemoError::Missing("a candidate that is acted on".to_owned()))
    }
}

const fn phase(step: Step) -> &'static str {
    match step {
        Step::Nominate | Step::AddPhotos(_) | Step::Consent | Step::LookAtFacts => "推荐 recommending",
        Step::Approve(_) | Step::MeetQuota | Step::Return(_) | Step::Reject(_) | Step::Withdraw => "审核 reviewing",
        Step::WithdrawConsent | Step::Vote { .. } => "投票 voting",
        Step::Forward(_) | Step::Publish(_) => "上报与公布 forwarding, publishing",
    }
}
