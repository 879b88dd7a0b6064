//! What can go wrong in the storage, and what a violated constraint means. The only file that knows the constraints' names.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the storage. It says nothing of HTTP, and its text is for the log alone.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule that the database keeps was broken.
    #[error("the constraint {0:?} was violated")]
    Violated(Constraint),
    /// All connections or the gate stayed taken for too long, or a lock was not to be had.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be reached.
    #[error("the database is away: {0}")]
    Away(String),
    /// A row that must exist does not.
    #[error("a row that must exist is missing: {0}")]
    Missing(&'static str),
    /// Anything else, which is a fault of the program or of the data.
    #[error("the database refused: {0}")]
    Query(DieselError),
    /// The schema is newer than this program, or a migration failed.
    #[error("{0}")]
    Schema(String),
    /// The work on the blocking pool did not come to its end.
    #[error("the database work was broken off")]
    Interrupted,
}

/// The rules that the database keeps and that a request can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// There is one root of the organization tree.
    OrganizationRoot,
    /// An administrative code belongs to one organization.
    OrganizationCode,
    /// Siblings have different names.
    OrganizationName,
    /// The channels of one kind of an organization have different names.
    ChannelName,
    /// A user name belongs to one account.
    Username,
    /// A category's code belongs to one category.
    CategoryCode,
    /// A category's mark belongs to one category.
    CategoryMark,
    /// A category's short form belongs to one category.
    CategoryShort,
    /// A cycle exists once.
    Cycle,
    /// A voter votes once for a candidate in a span.
    Vote,
    /// A voter is one account.
    Voter,
    /// A cycle is published once.
    List,
    /// A batch's sequence is its own.
    BatchSequence,
    /// An idempotency key is claimed once.
    IdempotencyKey,
    /// A district's places of a cycle.
    Quota,
    /// What a row refers to does not exist.
    Reference,
    /// Any other rule; running into it is a fault of the program.
    Other,
}

/// Signs of a wait in vain in a message, which is all that the driver hands on: SQLite's, and PostgreSQL's in English and
/// Chinese (`lc_messages` is the server's).
const WAITED_IN_VAIN: &[&str] = &[
    "lock timeout",
    "deadlock detected",
    "database is locked",
    "statement timeout",
    "锁超时",
    "锁定超时",
    "死锁",
    "语句超时",
];

/// Constraint by PostgreSQL's name and by the columns that SQLite reports.
const NAMES: &[(&str, &str, Constraint)] = &[
    ("organizations_root", "organizations.kind", Constraint::OrganizationRoot),
    ("organizations_code", "organizations.code", Constraint::OrganizationCode),
    ("organizations_name", "organizations.parent_id, organizations.name", Constraint::OrganizationName),
    ("channels_name", "channels.organization_id, channels.kind, channels.name", Constraint::ChannelName),
    ("users_username", "users.username_folded", Constraint::Username),
    ("categories_pkey", "categories.code", Constraint::CategoryCode),
    ("categories_mark", "categories.mark", Constraint::CategoryMark),
    ("categories_short", "categories.short", Constraint::CategoryShort),
    ("cycles_pkey", "cycles.month", Constraint::Cycle),
    ("votes_pkey", "votes.cycle, votes.voter, votes.candidate, votes.day", Constraint::Vote),
    ("voters_user", "voters.user_id", Constraint::Voter),
    ("lists_pkey", "lists.cycle", Constraint::List),
    ("batches_sequence", "batches.cycle, batches.sequence", Constraint::BatchSequence),
    ("idempotency_keys_pkey", "idempotency_keys.scope, idempotency_keys.key", Constraint::IdempotencyKey),
    ("district_quotas_kept", "district_quotas_kept", Constraint::Quota),
];

impl From<DieselError> for StoreError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are not exhaustive, and new ones are unexpected")]
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return match error {
                DieselError::BrokenTransactionManager => Self::Away(error.to_string()),
                other => Self::Query(other),
            };
        };
        let message = information.message();
        match kind {
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::CheckViolation => {
                Self::Violated(constraint(information.constraint_name(), message))
            }
            DatabaseErrorKind::ForeignKeyViolation => Self::Violated(Constraint::Reference),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Away(message.to_owned())
            }
            DatabaseErrorKind::SerializationFailure => Self::Busy(message.to_owned()),
            _ => {
                if WAITED_IN_VAIN.iter().any(|sign| message.contains(sign)) {
                    Self::Busy(message.to_owned())
                } else {
                    Self::Query(error)
                }
            }
        }
    }
}

fn constraint(postgres_name: Option<&str>, message: &str) -> Constraint {
    let reported = message.rsplit_once(": ").map(|(_, columns)| columns);
    NAMES
        .iter()
        .find(|(name, columns, _)| postgres_name == Some(name) || reported == Some(columns) || reported == Some(name))
        .map_or(Constraint::Other, |(_, _, constraint)| *constraint)
}
