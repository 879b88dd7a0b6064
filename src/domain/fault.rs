//! What can be wrong with a request, in the terms of the contract: a stable code, a place, and figures.

use std::fmt;

use serde_json::Value;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The stable, never translated name of a failure. The order is that in which the failing guards of one
        /// transition are reported; the first gives the answer its `code`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The code as clients see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    // Guards of a transition, in the order of the domain's table.
    /// The window that the action needs is not open.
    WindowClosed = "window_closed",
    /// The materials do not meet the cycle's policy.
    MaterialsIncomplete = "materials_incomplete",
    /// An item of the stage's checklist is not answered with `true`.
    ChecklistIncomplete = "checklist_incomplete",
    /// The verification file lacks a confirming record.
    VerificationMissing = "verification_missing",
    /// A refuting record of the verification file is not answered.
    VerificationUnanswered = "verification_unanswered",
    /// The consent to publication and forwarding is missing.
    ConsentMissing = "consent_missing",
    /// The reviewer is a nominator of the candidate.
    OwnNomination = "own_nomination",
    /// The reviewer has decided another stage of this candidate.
    DecidedBefore = "decided_before",
    /// The reviewer opened the quarantine.
    OwnQuarantine = "own_quarantine",
    /// The organization whose stage it is has reviewers of its own who may decide.
    StageStaffed = "stage_staffed",
    /// The district's places of the cycle are used up.
    QuotaExceeded = "quota_exceeded",
    /// The next stage has decided already.
    NextStageDecided = "next_stage_decided",
    /// Nothing of the file has changed since the return, and no answer was given.
    NothingChanged = "nothing_changed",
    /// The window of the next step is still open, so there is nothing to carry over.
    WindowStillOpen = "window_still_open",
    /// The list of the cycle is published.
    AlreadyPublished = "already_published",
    /// The batch would be empty.
    BatchEmpty = "batch_empty",
    /// Another nomination of the candidate stands.
    OtherNominationStands = "other_nomination_stands",
    /// Votes were cast for the candidate, or for the one to merge it with.
    HasVotes = "has_votes",
    /// The candidate to merge into stands where nobody is merged any more.
    SurvivorUnfit = "survivor_unfit",
    /// The candidate to merge into, or into which this one was merged, is merged into a further one itself.
    SurvivorMerged = "survivor_merged",

    // The state of things forbids.
    /// The status does not allow the action.
    TransitionNotAllowed = "transition_not_allowed",
    /// A second root of the organization tree.
    RootExists = "root_exists",
    /// The organization carries open candidates, members or children.
    OrganizationInUse = "organization_in_use",
    /// Nobody would be left to administer the server.
    LastAdministrator = "last_administrator",
    /// The name or number is taken.
    AlreadyExists = "already_exists",
    /// The policy's field is frozen, and no reason was given or it may not be amended now.
    PolicyFrozen = "policy_frozen",
    /// The change contradicts what was done under the policy or window.
    ContradictsRecords = "contradicts_records",
    /// The candidate has as many photos as the policy allows.
    PhotoLimit = "photo_limit",
    /// The record has as many attachments as it may.
    AttachmentLimit = "attachment_limit",
    /// The account has as many webhooks as an account may have.
    WebhookLimit = "webhook_limit",
    /// The webhook is paused.
    WebhookPaused = "webhook_paused",
    /// The event is no more kept.
    EventGone = "event_gone",
    /// Voting is not open.
    VotingClosed = "voting_closed",
    /// The vote is held on the national site.
    VotingElsewhere = "voting_elsewhere",
    /// The vote is held here, so that nobody else delivers its results.
    VotingHere = "voting_here",
    /// The log of the votes takes no more entries.
    LogClosed = "log_closed",
    /// The voter has voted for as many candidates of the category as allowed.
    CategoryLimitReached = "category_limit_reached",
    /// The voter has supported as many candidates in all as the policy allows.
    VoteLimitReached = "vote_limit_reached",
    /// The policy of the cycle lets others vote.
    VoterNotEligible = "voter_not_eligible",
    /// A tie across the cut must be broken.
    TieAtCut = "tie_at_cut",
    /// Votes in quarantine are undecided.
    VotesUndecided = "votes_undecided",
    /// All of the votes are held or invalid already, or there are none.
    NothingToHold = "nothing_to_hold",
    /// Objections are undecided.
    ObjectionsUndecided = "objections_undecided",
    /// The portal has not delivered the results.
    ResultsMissing = "results_missing",
    /// The package of the batch is still being built.
    PackageNotReady = "package_not_ready",
    /// The package of the batch could not be built.
    PackageFailed = "package_failed",
    /// The period for objections is over or has not begun.
    ObjectionsClosed = "objections_closed",
    /// The honoree was merged into another.
    HonoreeMerged = "honoree_merged",
    /// The honoree is not in the pool of moral models.
    NotInPool = "not_in_pool",
    /// Nobody reviews a recommendation to the pool that they put forward.
    OwnRecommendation = "own_recommendation",
    /// The thing was decided before.
    AlreadyDecided = "already_decided",
    /// The honour was revoked, and its certificate is not given out any more.
    CertificateRevoked = "certificate_revoked",
    /// The name of the honoree is withheld, and the certificate with it.
    CertificateWithheld = "certificate_withheld",
    /// The certificate is printed by the national site; here it is recorded.
    CertificateIssuedElsewhere = "certificate_issued_elsewhere",
    /// The certificate is printed here, so that no other is recorded.
    CertificateIssuedHere = "certificate_issued_here",
    /// No font has a character of the certificate.
    CharacterMissing = "character_missing",
    /// Something that an export shows may be shown no more since it was made.
    ExportOvertaken = "export_overtaken",
    /// The file of an issued certificate is lost, and what is drawn today is not the same.
    CertificateLost = "certificate_lost",
    /// The honour was revoked, and its certificate is not reissued.
    HonourRevoked = "honour_revoked",
    /// The name of the honoree is withheld, and the certificate is not reissued.
    HonourWithheld = "honour_withheld",
    /// The certificate was never issued, so that there is nothing to replace.
    CertificateNotIssued = "certificate_not_issued",
    /// What would be drawn now is what was issued.
    CertificateUnchanged = "certificate_unchanged",
    /// The delegator has another delegation on some of these days.
    DelegationOverlaps = "delegation_overlaps",
    /// Another request with the same idempotency key is still running.
    RequestInProgress = "request_in_progress",

    // Aftercare.
    /// The step has to be taken by another person than the one before.
    AnotherPersonNeeded = "another_person_needed",
    /// None of the honoree's honours stands.
    NoHonourStands = "no_honour_stands",
    /// It was told before that the honoree cannot be found.
    AlreadyLost = "already_lost",

    // One field of the input.
    /// A required member is missing.
    Required = "required",
    /// A member that the operation does not know.
    UnknownMember = "unknown_member",
    /// A member that occurs twice.
    DuplicateMember = "duplicate_member",
    /// The value has another JSON type.
    WrongType = "wrong_type",
    /// The text is empty or too short.
    TooShort = "too_short",
    /// The text is too long.
    TooLong = "too_long",
    /// The number is below the least allowed.
    TooSmall = "too_small",
    /// The number is above the most allowed.
    TooLarge = "too_large",
    /// Too few items.
    TooFew = "too_few",
    /// Too many items.
    TooMany = "too_many",
    /// An item occurs twice.
    Duplicate = "duplicate",
    /// The value is none of those allowed.
    UnknownValue = "unknown_value",
    /// The text has not the form asked for.
    Malformed = "malformed",
    /// The text has a control, bidirectional, zero-width or private character.
    ForbiddenCharacter = "forbidden_character",
    /// Webhooks are not sent to this address.
    AddressNotAllowed = "address_not_allowed",
    /// The password is easily guessed.
    WeakPassword = "weak_password",
    /// What the value refers to does not exist or cannot be used here.
    UnknownReference = "unknown_reference",
    /// The value does not go together with another.
    Inconsistent = "inconsistent",
    /// The candidate was forwarded and does not stand so any more.
    NoLongerForwarded = "no_longer_forwarded",
    /// The photo is larger than may be stored.
    PhotoTooLarge = "photo_too_large",
    /// The photo's shorter side is too small.
    PhotoTooSmall = "photo_too_small",
    /// The file is not a JPEG or PNG picture that can be decoded.
    PhotoUnreadable = "photo_unreadable",
    /// The file is neither a PDF nor a JPEG or PNG picture that can be decoded.
    AttachmentUnreadable = "attachment_unreadable",
    /// The cell holds a formula.
    FormulaNotAllowed = "formula_not_allowed",
    /// The cell is merged with others.
    MergedCells = "merged_cells",
    /// The file is no table that can be read.
    SheetUnreadable = "sheet_unreadable",
    /// The table unpacks to more than is taken.
    SheetTooLarge = "sheet_too_large",
    /// No row of the table names the columns.
    HeaderMissing = "header_missing",

    // The request as a whole.
    /// The input breaks rules of its own; `errors` says which.
    ValidationFailed = "validation_failed",
    /// The body is not JSON.
    MalformedJson = "malformed_json",
    /// A parameter of the query is wrong or unknown.
    InvalidQuery = "invalid_query",
    /// The cursor does not belong to this query.
    InvalidCursor = "invalid_cursor",
    /// A header is malformed.
    InvalidHeader = "invalid_header",
    /// A multipart body could not be read.
    InvalidMultipart = "invalid_multipart",
    /// No valid credentials.
    Unauthenticated = "unauthenticated",
    /// The user name or password is wrong, or the account is closed.
    InvalidCredentials = "invalid_credentials",
    /// The refresh token is not valid.
    InvalidRefreshToken = "invalid_refresh_token",
    /// The role does not allow the operation.
    Forbidden = "forbidden",
    /// The delegation that the request names is not the caller's to act under, or not now.
    DelegationNotInForce = "delegation_not_in_force",
    /// Nobody acts for somebody else in this operation.
    ActingNotPossible = "acting_not_possible",
    /// The results of the vote are not public now.
    ResultsNotPublic = "results_not_public",
    /// There is no such thing, or not for the caller.
    NotFound = "not_found",
    /// The path does not know the method.
    MethodNotAllowed = "method_not_allowed",
    /// The signed head of the log does not reach as far as asked.
    BeyondHead = "beyond_head",
    /// What follows the event that was named is no more kept for streams.
    EventsExpired = "events_expired",
    /// The part of a file that is asked for lies behind its end.
    RangeNotSatisfiable = "range_not_satisfiable",
    /// `If-Match` names a version that has passed.
    PreconditionFailed = "precondition_failed",
    /// `If-Match` is missing.
    PreconditionRequired = "precondition_required",
    /// The body is larger than allowed.
    PayloadTooLarge = "payload_too_large",
    /// The content type is not supported.
    UnsupportedMediaType = "unsupported_media_type",
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused",
    /// The account is locked for a while after repeated failures.
    AccountLocked = "account_locked",
    /// Too many requests.
    RateLimited = "rate_limited",
    /// The body did not arrive in time.
    RequestTimeout = "request_timeout",
    /// The work was broken off, and nothing of it was kept.
    OperationInterrupted = "operation_interrupted",
    /// The server is overloaded or the database is away.
    Unavailable = "unavailable",
    /// A fault of the server.
    Internal = "internal",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One failure with its place in the request and the figures that explain it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) to the place in the body; empty for the request as a whole.
    pub pointer: String,
    /// What is wrong.
    pub code: Code,
    /// Named figures, such as `limit` and `actual`, members of the answer beside the code.
    pub figures: Vec<(&'static str, Value)>,
}

impl Fault {
    /// A failure at a place. A pointer starts with `/`, or is empty.
    #[must_use]
    pub fn at(pointer: impl Into<String>, code: Code) -> Self {
        Self { pointer: pointer.into(), code, figures: Vec::new() }
    }

    /// A failure of the request as a whole, such as a guard.
    #[must_use]
    pub fn of(code: Code) -> Self {
        Self::at("", code)
    }

    /// Adds a named figure.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.figures.push((name, value.into()));
        self
    }

    /// The same failure below a parent's pointer, for nested input.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.pointer.insert_str(0, parent);
        self
    }
}
