//! Rows held for the rest of a transaction. Lock first, then load; in the order user, channel or lead, organization, cycle,
//! candidates by id, quota, tally, package; honorees last.
//!
//! SQLite has one writer at a time, so there is nothing to hold.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Integer, Uuid as PgUuid},
};
use uuid::Uuid;

use super::{Connection, StoreError};
use crate::domain::{
    id::{
        AnnouncementId, BatchId, CandidateId, ChannelId, CommentId, DelegationId, HonoreeId, LeadId, ObjectionId,
        OrganizationId, PublicityId, QuarantineId, UserId, WebhookId,
    },
    month::Month,
};

/// Those who hold several honorees.
const HONOREES: i64 = 0x6861_6f72_686f_6e73;

fn hold(connection: &mut Connection, query: &'static str, id: Uuid) -> Result<(), StoreError> {
    if let Connection::Postgres(inner) = connection {
        sql_query(query).bind::<PgUuid, _>(id).execute(inner)?;
    }
    Ok(())
}

/// Holds a candidate's row against every other writer.
pub fn candidate(connection: &mut Connection, id: CandidateId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM candidates WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a candidate's row as it is; others may hold it too.
pub fn candidate_shared(connection: &mut Connection, id: CandidateId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM candidates WHERE id = $1 FOR SHARE", id.0)
}

/// Holds an account's row against changes of what it may do.
pub fn user_shared(connection: &mut Connection, id: UserId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM users WHERE id = $1 FOR SHARE", id.0)
}

/// Holds an account's row against every other writer.
pub fn user(connection: &mut Connection, id: UserId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM users WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds an account's row against every other writer and holder, while rows that refer to it are still written: who holds
/// several accounts stands in nobody's way who tells one of them something.
pub fn user_exclusive(connection: &mut Connection, id: UserId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", id.0)
}

/// Holds an organization's row against every other writer.
pub fn organization(connection: &mut Connection, id: OrganizationId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM organizations WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds the organizations directly below one against every other writer, in the order of their ids.
pub fn organizations_below(connection: &mut Connection, id: OrganizationId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM organizations WHERE parent_id = $1 ORDER BY id FOR UPDATE", id.0)
}

/// Holds an organization's row against changes.
pub fn organization_shared(connection: &mut Connection, id: OrganizationId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM organizations WHERE id = $1 FOR SHARE", id.0)
}

/// Holds a batch's row against other receipts.
pub fn batch(connection: &mut Connection, id: BatchId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM batches WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds the row of a batch's package, so that corrections are numbered in the order of their commits. Nothing is held after it
/// but the packages of further batches by id.
pub fn package(connection: &mut Connection, id: BatchId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM batch_packages WHERE batch_id = $1 FOR UPDATE", id.0)
}

/// Holds an honoree's row, and with it all aftercare, against every other writer. After candidates; several in the order of their ids.
pub fn honoree(connection: &mut Connection, id: HonoreeId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM honorees WHERE id = $1 FOR UPDATE", id.0)
}

/// Whoever holds several honorees passes here one at a time, before the first: a merger may lead from one to another.
pub fn honorees_together(connection: &mut Connection) -> Result<(), StoreError> {
    advisory(connection, HONOREES)
}

/// Holds a webhook's row, before anything that is sent to it.
pub fn webhook(connection: &mut Connection, id: WebhookId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM webhooks WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds an objection's row against other decisions.
pub fn objection(connection: &mut Connection, id: ObjectionId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM objections WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a comment's row against every other writer. The beginning of a thread is held before its replies.
pub fn comment(connection: &mut Connection, id: CommentId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM comments WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds the word lists against changes; others may hold them too.
pub fn word_lists_shared(connection: &mut Connection) -> Result<(), StoreError> {
    if let Connection::Postgres(inner) = connection {
        sql_query("SELECT 1 FROM word_lists WHERE id = 1 FOR SHARE").execute(inner)?;
    }
    Ok(())
}

/// Holds a quarantine's row against other decisions.
pub fn quarantine(connection: &mut Connection, id: QuarantineId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM quarantines WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a channel's row against every other writer.
pub fn channel(connection: &mut Connection, id: ChannelId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM channels WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a channel's row against changes.
pub fn channel_shared(connection: &mut Connection, id: ChannelId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM channels WHERE id = $1 FOR SHARE", id.0)
}

/// Holds a delegation's row against every other writer. After the accounts, before everything else.
pub fn delegation(connection: &mut Connection, id: DelegationId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM delegations WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a delegation's row as it is; others may hold it too.
pub fn delegation_shared(connection: &mut Connection, id: DelegationId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM delegations WHERE id = $1 FOR SHARE", id.0)
}

/// Holds an honoree's row as it is; others may hold it too.
pub fn honoree_shared(connection: &mut Connection, id: HonoreeId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM honorees WHERE id = $1 FOR SHARE", id.0)
}

/// Holds a record of publicity against every other writer.
pub fn publicity(connection: &mut Connection, id: PublicityId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM publicity_records WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds an announcement against every other writer.
pub fn announcement(connection: &mut Connection, id: AnnouncementId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM announcements WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a lead's row against other decisions.
pub fn lead(connection: &mut Connection, id: LeadId) -> Result<(), StoreError> {
    hold(connection, "SELECT 1 FROM leads WHERE id = $1 FOR UPDATE", id.0)
}

/// Holds a cycle's windows and policy as they are; others may hold them too.
pub fn cycle_shared(connection: &mut Connection, month: Month) -> Result<(), StoreError> {
    if let Connection::Postgres(inner) = connection {
        sql_query("SELECT 1 FROM cycles WHERE month = $1 FOR SHARE")
            .bind::<Integer, _>(month.number())
            .execute(inner)?;
    }
    Ok(())
}

/// Holds a cycle's row against every other writer and holder.
pub fn cycle(connection: &mut Connection, month: Month) -> Result<(), StoreError> {
    if let Connection::Postgres(inner) = connection {
        sql_query("SELECT 1 FROM cycles WHERE month = $1 FOR UPDATE")
            .bind::<Integer, _>(month.number())
            .execute(inner)?;
    }
    Ok(())
}

/// Makes one transaction at a time pass here, for things that have no row to hold yet.
pub fn advisory(connection: &mut Connection, key: i64) -> Result<(), StoreError> {
    if let Connection::Postgres(inner) = connection {
        sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(key).execute(inner)?;
    }
    Ok(())
}

/// The same for who does not wait: false when another transaction passes just now.
pub fn try_advisory(connection: &mut Connection, key: i64) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        passes: bool,
    }
    match connection {
        Connection::Postgres(inner) => {
            let query = sql_query("SELECT pg_try_advisory_xact_lock($1) AS passes").bind::<BigInt, _>(key);
            Ok(query.get_result::<Row>(inner)?.passes)
        }
        Connection::Sqlite(_) => Ok(true),
    }
}
