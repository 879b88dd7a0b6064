//! Labels and checklists of the review stages.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::review_stages,
    sql_values::{At, Stored},
};
use crate::domain::{
    localized::Localized,
    stage::{ChecklistItem, Stage, StageCode},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = review_stages, treat_none_as_default_value = false)]
struct StageRow {
    code: StageCode,
    position: i32,
    label_zh: String,
    label_en: String,
    checklist: Stored<Vec<ChecklistItem>>,
    version: i64,
    updated_at: At,
}

impl From<StageRow> for Stage {
    fn from(row: StageRow) -> Self {
        Self {
            code: row.code,
            label: Localized { zh: row.label_zh, en: row.label_en },
            checklist: row.checklist.0,
            version: row.version,
            updated_at: row.updated_at.0,
        }
    }
}

impl From<&Stage> for StageRow {
    fn from(stage: &Stage) -> Self {
        Self {
            code: stage.code,
            position: stage.code.position(),
            label_zh: stage.label.zh.clone(),
            label_en: stage.label.en.clone(),
            checklist: Stored(stage.checklist.clone()),
            version: stage.version,
            updated_at: At(stage.updated_at),
        }
    }
}

/// Adds a stage.
pub fn insert(connection: &mut Connection, stage: &Stage) -> Result<(), StoreError> {
    diesel::insert_into(review_stages::table).values(StageRow::from(stage)).execute(connection)?;
    Ok(())
}

/// Finds a stage.
pub fn find(connection: &mut Connection, code: StageCode) -> Result<Option<Stage>, StoreError> {
    let row = review_stages::table
        .filter(review_stages::code.eq(code))
        .select(StageRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Stage::from))
}

/// All stages, in the order in which a candidate passes them.
pub fn list(connection: &mut Connection) -> Result<Vec<Stage>, StoreError> {
    let rows: Vec<StageRow> =
        review_stages::table.select(StageRow::as_select()).order(review_stages::position).load(connection)?;
    Ok(rows.into_iter().map(Stage::from).collect())
}

/// Writes label and checklist if the version is still the one given; false when it is not.
pub fn update_if(
    connection: &mut Connection,
    stage: &Stage,
    version: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let target =
        review_stages::table.filter(review_stages::code.eq(stage.code)).filter(review_stages::version.eq(version));
    let changed = diesel::update(target)
        .set((
            review_stages::label_zh.eq(&stage.label.zh),
            review_stages::label_en.eq(&stage.label.en),
            review_stages::checklist.eq(Stored(stage.checklist.clone())),
            review_stages::version.eq(review_stages::version + 1),
            review_stages::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}
