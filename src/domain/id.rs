//! Identifiers: one newtype over a UUIDv7 for each kind of thing, so that they cannot be confused.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Every identifier newtype: built from a UUID, shown as one.
pub trait Identifier: Copy + From<Uuid> + Into<Uuid> {}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl Identifier for $name {}
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

identifiers! {
    /// A person's account.
    UserId;
    /// A node of the tree city → district → unit.
    OrganizationId;
    /// A person or group recommended in one cycle and category.
    CandidateId;
    /// One act of recommending.
    NominationId;
    /// A recommendation channel in use.
    ChannelId;
    /// A hint that came in before it is a nomination.
    LeadId;
    /// A photo of a candidate; also its key in the file store.
    PhotoId;
    /// One reviewer's decision at one stage.
    ReviewId;
    /// A row of a candidate's history.
    TransitionId;
    /// One record of a candidate's verification file.
    VerificationId;
    /// A file of a verification record; also its key in the file store.
    AttachmentId;
    /// A merger of two candidates of one person.
    MergeId;
    /// A package of one cycle that goes to the provincial portal.
    BatchId;
    /// One voter's support for one candidate.
    VoteId;
    /// That somebody has studied a candidate's story.
    StudyRecordId;
    /// A sign that votes may not be the people's.
    SignalId;
    /// Votes held back together.
    QuarantineId;
    /// An objection to a published candidate.
    ObjectionId;
    /// A comment on a candidate, or a reply to one.
    CommentId;
    /// What an account is told of.
    NotificationId;
    /// The person or group who holds one or more honours.
    HonoreeId;
    /// One entry of a published list.
    HonourId;
    /// A refresh token; the tokens that follow from one login share a family.
    TokenId;
    /// An audit event.
    AuditId;
    /// An outgoing event.
    EventId;
    /// An amendment of a cycle's windows or policy.
    AmendmentId;
    /// Where a subscriber is told of events.
    WebhookId;
    /// What is sent to a webhook.
    DeliveryId;
    /// Long work that somebody started.
    OperationId;
    /// An honour that somebody else has given.
    OutsideHonourId;
    /// That two honorees turned out to be one.
    HonoreeMergerId;
    /// A stay in the pool of moral models.
    PoolEntryId;
    /// A recommendation of somebody of the pool to a higher level.
    PoolRecommendationId;
    /// A step of such a recommendation.
    PoolStepId;
    /// A leadership group that was replaced.
    LeadershipId;
    /// That somebody stands in for somebody else for a time.
    DelegationId;
    /// A record of publicity.
    PublicityId;
    /// An announcement, or an item of a column.
    AnnouncementId;
    /// A visit to an honoree.
    VisitId;
    /// An entry of the ledger of assistance.
    AssistanceId;
    /// A term for which somebody was in charge of an honoree.
    CareTermId;
    /// An alarm of lost contact.
    AlarmId;
    /// A print of a certificate: the first, or one by which it was reissued.
    CertificatePrintId;
}
