//! The policy of a cycle as clients see and change it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::role::mirrored,
    domain::{aftercare::festival::Festival, policy},
};

mirrored! {
    /// How often a voter may vote for one candidate.
    Repeat = policy::Repeat {
        /// Once in the cycle.
        Once,
        /// Once each local day.
        Daily,
    }
}

mirrored! {
    /// When and to whom the results of the vote are shown.
    ResultsVisibility = policy::ResultsVisibility {
        /// To everybody while voting runs.
        Live,
        /// To everybody after voting has closed.
        AfterClose,
        /// To reviewers alone, also when the list is published.
        ReviewersOnly,
    }
}

mirrored! {
    /// Where the vote is held.
    ResultSource = policy::ResultSource {
        /// Here.
        Local,
        /// On the national site.
        Portal,
    }
}

mirrored! {
    /// Who may vote.
    Voters = policy::Voters {
        /// Every account of a voter's role, here or of another identity provider.
        Any,
        /// Accounts that belong to an organization.
        Organizations,
        /// Those for whose real name an identity provider vouches.
        Verified,
    }
}

mirrored! {
    /// In which order the candidates of a category stand on the ballot paper.
    DisplayOrder = policy::DisplayOrder {
        /// By lot, the same for everybody.
        Lot,
        /// At random for each session.
        Session,
        /// Most votes first; only with results that are live.
        Votes,
    }
}

mirrored! {
    /// When comments are moderated.
    CommentModeration = policy::CommentModeration {
        /// Doubtful ones are held.
        Post,
        /// All are held.
        Pre,
    }
}

mirrored! {
    /// How people of the list enter the pool of moral models.
    PoolEntry = policy::PoolEntry {
        /// By themselves, as soon as enough of their honours stand.
        Automatic,
        /// When the city has approved a recommendation.
        ByRecommendation,
    }
}

mirrored! {
    /// A festival at which honorees are visited.
    FestivalName = Festival {
        /// 春节.
        SpringFestival,
        /// 劳动节.
        LabourDay,
        /// 中秋节.
        MidAutumn,
        /// 国庆节.
        NationalDay,
        /// 重阳节.
        DoubleNinth,
    }
}

macro_rules! policy_fields {
    ($($(#[$doc:meta])* $field:ident: $shown:ty,)*) => {
        /// Every number of the campaign, for one cycle.
        #[derive(Serialize, ToSchema)]
        pub struct Policy {
            $($(#[$doc])* pub $field: $shown,)*
            /// The national site's page; with `result_source: portal`.
            pub voting_url: Option<String>,
            /// The festivals at which every honoree is to be visited.
            pub visit_festivals: Vec<FestivalName>,
        }

        impl From<policy::Policy> for Policy {
            fn from(policy: policy::Policy) -> Self {
                Self {
                    $($field: policy.$field.into(),)*
                    voting_url: policy.voting_url,
                    visit_festivals: policy.visit_festivals.into_iter().map(Into::into).collect(),
                }
            }
        }

        /// A change of the policy (merge patch): null gives a field its default.
        #[derive(Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "describes the members of a patch, which is read as it was sent")]
        pub struct PolicyPatch {
            $($(#[$doc])* $field: Option<$shown>,)*
            /// The national site's page; required with `result_source: portal`.
            #[schema(max_length = 2048)]
            voting_url: Option<String>,
            /// The festivals at which every honoree is to be visited, each once; an empty list for none.
            #[schema(max_items = 5)]
            visit_festivals: Option<Vec<FestivalName>>,
        }
    };
}

policy_fields! {
    /// The fewest characters of a deed, counted as a word processor counts (1–10000).
    deed_min_chars: u32,
    /// The most characters of a deed (1–10000).
    deed_max_chars: u32,
    /// Exactly so many photos (0–20).
    photo_count: u32,
    /// The largest photo as stored, in bytes (16384–20971520).
    photo_max_bytes: u32,
    /// The least length of a photo's shorter side, in pixels (1–4000).
    photo_min_side_px: u32,
    /// The fewest confirming records of the verification file (0–20).
    verification_records_min: u32,
    /// The most candidates that one district endorses (1–1000).
    district_quota: u32,
    /// How often a voter may vote for one candidate.
    repeat: Repeat,
    /// The most different candidates of one category that a voter votes for (1–1000).
    votes_per_category: u32,
    /// The most different candidates that a voter votes for in all (0–100000; 0 where only the categories are limited).
    votes_in_all: u32,
    /// Who may vote.
    voters: Voters,
    /// In which order candidates stand on the ballot paper.
    display_order: DisplayOrder,
    /// Whether a vote is answered with its receipt of the public log.
    receipts: bool,
    /// When and to whom the results are shown.
    results_visibility: ResultsVisibility,
    /// Where the vote is held.
    result_source: ResultSource,
    /// When comments are moderated.
    comment_moderation: CommentModeration,
    /// The most candidates of one category on the list (1–1000).
    list_per_category: u32,
    /// The fewest valid votes of a candidate on the list (0–1000000).
    list_min_votes: u32,
    /// The fewest standing honours of somebody in the pool of moral models (1–20).
    pool_min_honours: u32,
    /// How people of the list enter the pool of moral models.
    pool_entry: PoolEntry,
    /// Days after publication in which objections are taken (0–365).
    objection_days: u32,
    /// Months after which an honoree is to be visited again (1–60).
    visit_interval_months: u32,
    /// Days after which a dismissed lead is erased, counted from its dismissal (1–3650).
    lead_retention_days: u32,
    /// A visit within so many days up to a festival is the festival's (0–60).
    visit_window_days: u32,
    /// Months without being reached after which an honoree counts as lost (1–120).
    contact_lost_months: u32,
    /// Days after which the next level is alarmed of a lost honoree (1–365).
    contact_escalation_days: u32,
}
