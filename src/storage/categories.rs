//! The categories in which good people are recommended.

use chrono::{DateTime, Utc};
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::{Connection, StoreError, schema::categories, sql_values::At};
use crate::domain::{
    category::{Category, CategoryCode},
    localized::Localized,
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = categories, treat_none_as_default_value = false)]
struct CategoryRow {
    code: CategoryCode,
    mark: String,
    short: String,
    name_zh: String,
    name_en: String,
    criteria_zh: String,
    criteria_en: String,
    active: bool,
    position: i32,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<CategoryRow> for Category {
    fn from(row: CategoryRow) -> Self {
        Self {
            code: row.code,
            mark: row.mark,
            short: row.short,
            name: Localized { zh: row.name_zh, en: row.name_en },
            criteria: Localized { zh: row.criteria_zh, en: row.criteria_en },
            active: row.active,
            position: row.position,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

impl From<&Category> for CategoryRow {
    fn from(category: &Category) -> Self {
        Self {
            code: category.code.clone(),
            mark: category.mark.clone(),
            short: category.short.clone(),
            name_zh: category.name.zh.clone(),
            name_en: category.name.en.clone(),
            criteria_zh: category.criteria.zh.clone(),
            criteria_en: category.criteria.en.clone(),
            active: category.active,
            position: category.position,
            version: category.version,
            created_at: At(category.created_at),
            updated_at: At(category.updated_at),
        }
    }
}

/// What a change of a category sets; what is `None` stays.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = categories)]
pub struct CategoryChange {
    /// The one-character short form.
    pub short: Option<String>,
    /// The Chinese name.
    pub name_zh: Option<String>,
    /// The English name.
    pub name_en: Option<String>,
    /// The Chinese criteria.
    pub criteria_zh: Option<String>,
    /// The English criteria.
    pub criteria_en: Option<String>,
    /// Whether it takes nominations.
    pub active: Option<bool>,
    /// Its place in lists.
    pub position: Option<i32>,
}

/// Adds a category.
pub fn insert(connection: &mut Connection, category: &Category) -> Result<(), StoreError> {
    diesel::insert_into(categories::table).values(CategoryRow::from(category)).execute(connection)?;
    Ok(())
}

/// Finds a category.
pub fn find(connection: &mut Connection, code: &CategoryCode) -> Result<Option<Category>, StoreError> {
    let row = categories::table
        .filter(categories::code.eq(code.as_str()))
        .select(CategoryRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Category::from))
}

/// All categories, in the order in which they are shown.
pub fn list(connection: &mut Connection) -> Result<Vec<Category>, StoreError> {
    let rows: Vec<CategoryRow> = categories::table
        .select(CategoryRow::as_select())
        .order((categories::position, categories::code))
        .load(connection)?;
    Ok(rows.into_iter().map(Category::from).collect())
}

/// Changes a category if its version is still the one given; false when it is not.
pub fn update_if(
    connection: &mut Connection,
    (code, version): (&CategoryCode, i64),
    change: &CategoryChange,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let target = categories::table.filter(categories::code.eq(code.as_str())).filter(categories::version.eq(version));
    let changed = diesel::update(target)
        .set((change, categories::version.eq(categories::version + 1), categories::updated_at.eq(At(now))))
        .execute(connection)?;
    Ok(changed == 1)
}
