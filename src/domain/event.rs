//! Events: what streams and webhooks are told of, and how much of it to whom.

use super::{id::OrganizationId, role::Role, scope::Scope};

text_enum! {
    /// What has happened.
    pub enum EventKind {
        /// A category was added.
        CategoryCreated = "category.created",
        /// A category has changed.
        CategoryUpdated = "category.updated",
        /// An organization was added.
        OrganizationCreated = "organization.created",
        /// An organization has changed.
        OrganizationUpdated = "organization.updated",
        /// Somebody stands in for a reviewer for a time.
        DelegationCreated = "delegation.created",
        /// Somebody does not stand in for a reviewer any more.
        DelegationRevoked = "delegation.revoked",
        /// A channel of recommendation was added.
        ChannelCreated = "channel.created",
        /// A channel of recommendation has changed.
        ChannelUpdated = "channel.updated",
        /// The checklist of a stage of review has changed.
        ReviewStageUpdated = "review_stage.updated",
        /// Windows or rules of a cycle have changed.
        CycleUpdated = "cycle.updated",
        /// Reporting has opened.
        ReportingOpened = "reporting.opened",
        /// Reporting has closed.
        ReportingClosed = "reporting.closed",
        /// Voting has opened.
        VoteOpened = "vote.opened",
        /// Voting has closed.
        VoteClosed = "vote.closed",
        /// Somebody has told of a good deed.
        LeadReceived = "lead.received",
        /// A lead was handed to another organization.
        LeadAssigned = "lead.assigned",
        /// A lead has become a candidate.
        LeadPromoted = "lead.promoted",
        /// A lead was dismissed.
        LeadDismissed = "lead.dismissed",
        /// A candidate was nominated.
        CandidateNominated = "candidate.nominated",
        /// Somebody else has nominated a candidate that was there.
        CandidateNominationAdded = "candidate.nomination_added",
        /// A nominator has taken a nomination back.
        NominationWithdrawn = "nomination.withdrawn",
        /// A nominator was given a new tracking code.
        NominationTrackingCodeRenewed = "nomination.tracking_code_renewed",
        /// A candidate's file has changed.
        CandidateUpdated = "candidate.updated",
        /// A photo was added.
        CandidatePhotoAdded = "candidate.photo_added",
        /// A photo was removed.
        CandidatePhotoRemoved = "candidate.photo_removed",
        /// An attachment of a verification was added.
        CandidateAttachmentAdded = "candidate.attachment_added",
        /// A record of a verification was added.
        CandidateVerificationRecorded = "candidate.verification_recorded",
        /// A record of a verification was struck.
        CandidateVerificationStruck = "candidate.verification_struck",
        /// Consent was recorded.
        CandidateConsentRecorded = "candidate.consent_recorded",
        /// A candidate is shown no more, or again.
        CandidateWithheld = "candidate.withheld",
        /// A candidate was assigned to a unit.
        CandidateAssigned = "candidate.assigned",
        /// The unit has verified the facts.
        CandidateVerified = "candidate.verified",
        /// The district endorses.
        CandidateEndorsed = "candidate.endorsed",
        /// The city has screened.
        CandidateScreened = "candidate.screened",
        /// The city has forwarded the candidate, who is public from now on.
        CandidateForwarded = "candidate.forwarded",
        /// The candidate is on the month's list.
        CandidateListed = "candidate.listed",
        /// The candidate is not on the month's list.
        CandidateNotListed = "candidate.not_listed",
        /// Sent back to be completed.
        CandidateReturned = "candidate.returned",
        /// Handed in again.
        CandidateResubmitted = "candidate.resubmitted",
        /// Taken back by whoever decided.
        CandidateRecalled = "candidate.recalled",
        /// Rejected.
        CandidateRejected = "candidate.rejected",
        /// Taken up again after a rejection.
        CandidateReinstated = "candidate.reinstated",
        /// Withdrawn.
        CandidateWithdrawn = "candidate.withdrawn",
        /// The candidate's consent was withdrawn.
        CandidateConsentWithdrawn = "candidate.consent_withdrawn",
        /// The portal has refused the candidate.
        CandidateRefused = "candidate.refused",
        /// Disqualified.
        CandidateDisqualified = "candidate.disqualified",
        /// A candidate who was public is so no more, for whatever reason: whoever shows it takes it down.
        CandidateHidden = "candidate.hidden",
        /// Carried over to the next month.
        CandidateCarriedOver = "candidate.carried_over",
        /// An entry of a list was revoked.
        EntryRevoked = "entry.revoked",
        /// The certificate that the national site has issued for an entry was recorded.
        CertificateRecorded = "certificate.recorded",
        /// A certificate was reissued under its number: what was downloaded before is not what is given out now.
        CertificateReissued = "certificate.reissued",
        /// Merged into another candidate.
        CandidateMerged = "candidate.merged",
        /// A merger was undone.
        CandidateUnmerged = "candidate.unmerged",
        /// Another candidate was merged into this one.
        CandidateAbsorbed = "candidate.absorbed",
        /// The other side of an undone merger.
        CandidateReleased = "candidate.released",
        /// A batch is ready for the portal.
        BatchForwarded = "batch.forwarded",
        /// The portal's receipt has come.
        BatchReceived = "batch.received",
        /// Something is no more as a batch says.
        BatchCorrected = "batch.corrected",
        /// The portal has delivered results.
        ResultsDelivered = "results.delivered",
        /// The month's list was published.
        ListPublished = "list.published",
        /// A comment waits for a moderator.
        CommentHeld = "comment.held",
        /// A comment is shown.
        CommentShown = "comment.shown",
        /// A comment was hidden.
        CommentHidden = "comment.hidden",
        /// A comment was deleted.
        CommentDeleted = "comment.deleted",
        /// Somebody objects to a candidate.
        ObjectionCreated = "objection.created",
        /// An objection was decided.
        ObjectionDecided = "objection.decided",
        /// Votes look as no votes do.
        SignalRaised = "signal.raised",
        /// Votes were put into quarantine.
        QuarantineOpened = "quarantine.opened",
        /// A quarantine was decided.
        QuarantineDecided = "quarantine.decided",
        /// Two honorees turned out to be one: whoever shows the one shows the survivor instead.
        HonoreeMerged = "honoree.merged",
        /// That was undone.
        HonoreeUnmerged = "honoree.unmerged",
        /// A candidate was linked to an honoree, or no more.
        CandidateHonoreeLinked = "candidate.honoree_linked",
        /// An honour that others have given was recorded.
        OutsideHonourRecorded = "outside_honour.recorded",
        /// An honour that others have given was corrected.
        OutsideHonourCorrected = "outside_honour.corrected",
        /// An honour that others have given was struck.
        OutsideHonourRevoked = "outside_honour.revoked",
        /// Somebody has entered the pool of moral models.
        PoolEntered = "pool.entered",
        /// Somebody has left the pool of moral models.
        PoolLeft = "pool.left",
        /// Somebody of the pool was recommended upwards, for the first time or again.
        PoolRecommended = "pool.recommended",
        /// The city has reviewed such a recommendation.
        PoolReviewed = "pool.reviewed",
        /// What came of it is known, or nothing can come of it any more.
        PoolEnded = "pool.ended",
        /// An announcement, or an item of a column, is published: its moment has come.
        AnnouncementPublished = "announcement.published",
        /// A published announcement has changed.
        AnnouncementUpdated = "announcement.updated",
        /// A published announcement was taken off: whoever shows it takes it down.
        AnnouncementWithdrawn = "announcement.withdrawn",
        /// It was recorded that an honoree was told of.
        PublicityRecorded = "publicity.recorded",
        /// A record of publicity has changed.
        PublicityUpdated = "publicity.updated",
        /// A record of publicity was taken away.
        PublicityRemoved = "publicity.removed",
        /// Another organization or person looks after an honoree.
        CareChanged = "care.changed",
        /// A visit to an honoree was recorded.
        VisitRecorded = "visit.recorded",
        /// The record of a visit was corrected.
        VisitUpdated = "visit.updated",
        /// The record of a visit was struck.
        VisitStruck = "visit.struck",
        /// Assistance was proposed.
        AssistanceProposed = "assistance.proposed",
        /// Assistance was approved or declined.
        AssistanceDecided = "assistance.decided",
        /// Assistance was handed over.
        AssistanceGiven = "assistance.given",
        /// An entry of assistance was taken back.
        AssistanceReversed = "assistance.reversed",
        /// A receipt was added to an entry of assistance.
        AssistanceReceiptAdded = "assistance.receipt_added",
        /// An honoree cannot be found.
        HonoreeContactLost = "honoree.contact_lost",
        /// A lost honoree was found again.
        HonoreeContactFound = "honoree.contact_found",
    }
}

/// Whom an event concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody who is signed in: it is public anyhow.
    Everybody,
    /// The reviewers in whose subtree it happened, and the administrator.
    Subtree,
    /// The reviewers in whose subtree it happened; nobody decides on it from outside.
    Moderators,
    /// The city and the provincial portal.
    Portal,
    /// The city alone.
    City,
}

/// Where an event happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The district.
    pub district: Option<OrganizationId>,
    /// The unit.
    pub unit: Option<OrganizationId>,
}

/// Who is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// In what role.
    pub role: Role,
    /// Acting where.
    pub scope: Scope,
}

/// How much of an event somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Everything, with the figures and codes that explain it.
    Inner,
    /// That it happened, to what and when.
    Public,
}

impl EventKind {
    /// Whom events of this kind concern.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one line for each kind")]
    pub const fn audience(self) -> Audience {
        match self {
            Self::CategoryCreated
            | Self::CategoryUpdated
            | Self::CycleUpdated
            | Self::ReportingOpened
            | Self::ReportingClosed
            | Self::VoteOpened
            | Self::VoteClosed
            | Self::CandidateForwarded
            | Self::CandidateListed
            | Self::CandidateNotListed
            | Self::CandidateHidden
            | Self::EntryRevoked
            | Self::ListPublished
            | Self::HonoreeMerged
            | Self::HonoreeUnmerged
            | Self::OutsideHonourRecorded
            | Self::OutsideHonourCorrected
            | Self::OutsideHonourRevoked
            | Self::PoolEntered
            | Self::PoolLeft
            | Self::CertificateRecorded
            | Self::CertificateReissued
            | Self::AnnouncementPublished
            | Self::AnnouncementUpdated
            | Self::AnnouncementWithdrawn => Audience::Everybody,
            Self::OrganizationCreated
            | Self::OrganizationUpdated
            | Self::DelegationCreated
            | Self::DelegationRevoked
            | Self::ChannelCreated
            | Self::ChannelUpdated
            | Self::ReviewStageUpdated
            | Self::LeadReceived
            | Self::LeadAssigned
            | Self::LeadPromoted
            | Self::LeadDismissed
            | Self::CandidateNominated
            | Self::CandidateNominationAdded
            | Self::NominationWithdrawn
            | Self::NominationTrackingCodeRenewed
            | Self::CandidateUpdated
            | Self::CandidatePhotoAdded
            | Self::CandidatePhotoRemoved
            | Self::CandidateAttachmentAdded
            | Self::CandidateVerificationRecorded
            | Self::CandidateVerificationStruck
            | Self::CandidateConsentRecorded
            | Self::CandidateWithheld
            | Self::CandidateAssigned
            | Self::CandidateVerified
            | Self::CandidateEndorsed
            | Self::CandidateScreened
            | Self::CandidateReturned
            | Self::CandidateResubmitted
            | Self::CandidateRecalled
            | Self::CandidateRejected
            | Self::CandidateReinstated
            | Self::CandidateWithdrawn
            | Self::CandidateConsentWithdrawn
            | Self::CandidateRefused
            | Self::CandidateDisqualified
            | Self::CandidateCarriedOver
            | Self::CandidateMerged
            | Self::CandidateUnmerged
            | Self::CandidateAbsorbed
            | Self::CandidateReleased
            | Self::CandidateHonoreeLinked
            | Self::PoolRecommended
            | Self::PoolReviewed
            | Self::PoolEnded
            | Self::PublicityRecorded
            | Self::PublicityUpdated
            | Self::PublicityRemoved => Audience::Subtree,
            Self::CommentHeld
            | Self::CommentShown
            | Self::CommentHidden
            | Self::CommentDeleted
            | Self::CareChanged
            | Self::VisitRecorded
            | Self::VisitUpdated
            | Self::VisitStruck
            | Self::AssistanceProposed
            | Self::AssistanceDecided
            | Self::AssistanceGiven
            | Self::AssistanceReversed
            | Self::AssistanceReceiptAdded
            | Self::HonoreeContactLost
            | Self::HonoreeContactFound => Audience::Moderators,
            Self::BatchForwarded | Self::BatchReceived | Self::BatchCorrected | Self::ResultsDelivered => {
                Audience::Portal
            }
            Self::ObjectionCreated
            | Self::ObjectionDecided
            | Self::SignalRaised
            | Self::QuarantineOpened
            | Self::QuarantineDecided => Audience::City,
        }
    }
}

impl EventKind {
    /// What of the explanation of an event of this kind is for everybody who is told of it: whoever shows the list must be
    /// able to take an entry down, and say why.
    #[must_use]
    pub fn public_details(self) -> &'static [&'static str] {
        if self == Self::EntryRevoked {
            &["certificate_number", "honoree_id", "reason"]
        } else if self == Self::HonoreeMerged || self == Self::HonoreeUnmerged {
            &["survivor_id"]
        } else {
            &[]
        }
    }

    /// Whether an account of a role that acts nowhere in the tree, an administrator or the portal, is ever told of events of this kind.
    #[must_use]
    pub fn reaches(self, role: Role) -> bool {
        let viewer = Viewer { role, scope: Scope::Nowhere };
        viewer.view(self, Place::default()).is_some()
    }
}

impl Viewer {
    /// How much of an event this viewer is told; none when it is not to be told at all.
    #[must_use]
    pub fn view(&self, kind: EventKind, place: Place) -> Option<View> {
        let is_city = self.scope == Scope::City;
        let is_admin = self.role == Role::Admin;
        let covers = is_city || place.district.is_some_and(|district| self.scope.covers(district, place.unit));
        match kind.audience() {
            Audience::Everybody if is_admin || covers => Some(View::Inner),
            Audience::Everybody => Some(View::Public),
            Audience::Subtree => (is_admin || covers).then_some(View::Inner),
            Audience::Moderators => covers.then_some(View::Inner),
            Audience::Portal => (is_city || self.role == Role::Portal).then_some(View::Inner),
            Audience::City => is_city.then_some(View::Inner),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn organization(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    fn viewer(role: Role) -> Viewer {
        let scope = match role {
            Role::CityReviewer => Scope::City,
            Role::DistrictReviewer => Scope::District(organization(1)),
            Role::UnitReviewer => Scope::Units(vec![organization(2)]),
            Role::Citizen | Role::Portal | Role::Admin => Scope::Nowhere,
        };
        Viewer { role, scope }
    }

    #[test]
    fn everybody_is_told_what_the_role_may_know() {
        use Role::{Admin, Citizen, CityReviewer, DistrictReviewer, Portal, UnitReviewer};
        use View::{Inner, Public};
        let here = Place { district: Some(organization(1)), unit: Some(organization(2)) };
        let inbox = Place { district: Some(organization(1)), unit: None };
        let elsewhere = Place { district: Some(organization(3)), unit: Some(organization(4)) };
        let roles = [Citizen, UnitReviewer, DistrictReviewer, CityReviewer, Portal, Admin];
        let (i, p, n) = (Some(Inner), Some(Public), None);
        for (kind, place, expected) in [
            (EventKind::CandidateForwarded, here, [p, i, i, i, p, i]),
            (EventKind::CandidateForwarded, elsewhere, [p, p, p, i, p, i]),
            (EventKind::VoteClosed, Place::default(), [p, p, p, i, p, i]),
            (EventKind::CandidateRejected, here, [n, i, i, i, n, i]),
            (EventKind::CandidateRejected, inbox, [n, n, i, i, n, i]),
            (EventKind::CandidateRejected, elsewhere, [n, n, n, i, n, i]),
            (EventKind::CommentHeld, here, [n, i, i, i, n, n]),
            (EventKind::CommentHeld, elsewhere, [n, n, n, i, n, n]),
            (EventKind::BatchForwarded, Place::default(), [n, n, n, i, i, n]),
            (EventKind::SignalRaised, Place::default(), [n, n, n, i, n, n]),
        ] {
            for (role, expected) in roles.into_iter().zip(expected) {
                assert_eq!(viewer(role).view(kind, place), expected, "{kind} to {role} at {place:?}");
            }
        }
    }

    /// A closed organization's reviewer acts nowhere, and is the public.
    #[test]
    fn who_acts_nowhere_is_told_no_more_than_the_public() {
        let reviewer = Viewer { role: Role::CityReviewer, scope: Scope::Nowhere };
        for kind in EventKind::ALL.iter().copied() {
            let expected = (kind.audience() == Audience::Everybody).then_some(View::Public);
            assert_eq!(reviewer.view(kind, Place::default()), expected, "{kind}");
        }
    }
}
