//! The policy's fields and the moment at which each group of them freezes.

text_enum! {
    /// A field of the policy, by the name it has in JSON.
    pub enum PolicyField {
        /// The fewest characters of a deed.
        DeedMinChars = "deed_min_chars",
        /// The most characters of a deed.
        DeedMaxChars = "deed_max_chars",
        /// Exactly so many photos.
        PhotoCount = "photo_count",
        /// The largest photo as stored.
        PhotoMaxBytes = "photo_max_bytes",
        /// The least length of a photo's shorter side.
        PhotoMinSidePx = "photo_min_side_px",
        /// The fewest confirming records.
        VerificationRecordsMin = "verification_records_min",
        /// The most candidates that one district endorses.
        DistrictQuota = "district_quota",
        /// How often a voter may vote for one candidate.
        Repeat = "repeat",
        /// The most candidates of one category that a voter votes for.
        VotesPerCategory = "votes_per_category",
        /// The most different candidates that a voter votes for in all.
        VotesInAll = "votes_in_all",
        /// Who may vote.
        Voters = "voters",
        /// The order on the ballot paper.
        DisplayOrder = "display_order",
        /// Whether votes are answered with receipts.
        Receipts = "receipts",
        /// When and to whom the results are shown.
        ResultsVisibility = "results_visibility",
        /// Where the vote is held.
        ResultSource = "result_source",
        /// The national site's page.
        VotingUrl = "voting_url",
        /// When comments are moderated.
        CommentModeration = "comment_moderation",
        /// The most candidates of one category on the list.
        ListPerCategory = "list_per_category",
        /// The fewest valid votes of a candidate on the list.
        ListMinVotes = "list_min_votes",
        /// The fewest standing honours of somebody in the pool of moral models.
        PoolMinHonours = "pool_min_honours",
        /// How people of the list enter the pool.
        PoolEntry = "pool_entry",
        /// Days after publication in which objections are taken.
        ObjectionDays = "objection_days",
        /// Months after which an honoree is to be visited again.
        VisitIntervalMonths = "visit_interval_months",
        /// Days after which a dismissed lead is erased.
        LeadRetentionDays = "lead_retention_days",
        /// The festivals at which honorees are visited.
        VisitFestivals = "visit_festivals",
        /// Days up to a festival within which a visit is the festival's.
        VisitWindowDays = "visit_window_days",
        /// Months after which an honoree who is not reached counts as lost.
        ContactLostMonths = "contact_lost_months",
        /// Days after which the next level is alarmed.
        ContactEscalationDays = "contact_escalation_days",
    }
}

/// Fields that freeze together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldGroup {
    /// What the materials must be; freezes with the cycle's first verified candidate.
    Material,
    /// The places of a district; freezes with the cycle's first verified candidate.
    Quota,
    /// How the vote is held; freezes when voting opens and is not amended while it is open.
    Ballot,
    /// How the list is made; freezes when voting opens.
    List,
    /// The rest; freezes with publication.
    Other,
}

impl PolicyField {
    /// The group with which the field freezes.
    #[must_use]
    pub const fn group(self) -> FieldGroup {
        match self {
            Self::DeedMinChars
            | Self::DeedMaxChars
            | Self::PhotoCount
            | Self::PhotoMaxBytes
            | Self::PhotoMinSidePx
            | Self::VerificationRecordsMin => FieldGroup::Material,
            Self::DistrictQuota => FieldGroup::Quota,
            Self::Repeat
            | Self::VotesPerCategory
            | Self::VotesInAll
            | Self::Voters
            | Self::DisplayOrder
            | Self::Receipts
            | Self::ResultsVisibility
            | Self::ResultSource
            | Self::VotingUrl => FieldGroup::Ballot,
            Self::ListPerCategory | Self::ListMinVotes | Self::PoolMinHonours | Self::PoolEntry => FieldGroup::List,
            Self::CommentModeration
            | Self::ObjectionDays
            | Self::VisitIntervalMonths
            | Self::LeadRetentionDays
            | Self::VisitFestivals
            | Self::VisitWindowDays
            | Self::ContactLostMonths
            | Self::ContactEscalationDays => FieldGroup::Other,
        }
    }

    /// The field's place in the body that changes it.
    #[must_use]
    pub fn pointer(self) -> String {
        format!("/policy/{self}")
    }
}
