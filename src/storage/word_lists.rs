//! The word lists: one row, which is always there.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};

use super::{
    Connection, StoreError, locks,
    schema::word_lists,
    sql_values::{At, Stored},
};
use crate::domain::{
    id::UserId,
    word_list::{KeptWordLists, WordLists},
};

const ROW: i32 = 1;

#[derive(Queryable, Selectable)]
#[diesel(table_name = word_lists)]
struct WordListsRow {
    version: i64,
    updated_by: Option<UserId>,
    updated_at: Option<At>,
    words: Stored<Vec<String>>,
    allowed: Stored<Vec<String>>,
}

/// The lists.
pub fn get(connection: &mut Connection) -> Result<KeptWordLists, StoreError> {
    let row: WordListsRow = word_lists::table.find(ROW).select(WordListsRow::as_select()).first(connection)?;
    Ok(KeptWordLists {
        lists: WordLists { words: row.words.0, allowed: row.allowed.0 },
        version: row.version,
        updated_by: row.updated_by,
        updated_at: row.updated_at.map(|at| at.0),
    })
}

/// Which version of the lists holds.
pub fn version(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(word_lists::table.find(ROW).select(word_lists::version).first(connection)?)
}

/// The same, held against changes for the rest of the transaction.
pub fn version_locked(connection: &mut Connection) -> Result<i64, StoreError> {
    locks::word_lists_shared(connection)?;
    version(connection)
}

/// Puts other lists in the place of those of a version; false when they are others by now.
pub fn replace_if(
    connection: &mut Connection,
    version: i64,
    lists: &WordLists,
    (by, at): (UserId, DateTime<Utc>),
) -> Result<bool, StoreError> {
    let changed = diesel::update(word_lists::table.find(ROW).filter(word_lists::version.eq(version)))
        .set((
            word_lists::words.eq(Stored(lists.words.clone())),
            word_lists::allowed.eq(Stored(lists.allowed.clone())),
            word_lists::updated_by.eq(Some(by)),
            word_lists::updated_at.eq(Some(At(at))),
            word_lists::version.eq(version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}
