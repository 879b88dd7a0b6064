//! Categories: read by everybody, kept by administrators.

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    idempotency::{self, Attempt, FirstAnswer},
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        category::{Category, CategoryCode, validate_mark, validate_short},
        fault::{Code, Fault},
        localized::Localized,
        role::Role,
    },
    storage::{self, Connection, categories::CategoryChange},
};

/// Most characters of a category's name.
pub const NAME_MAX_CHARS: usize = 40;
/// Most characters of a category's criteria.
pub const CRITERIA_MAX_CHARS: usize = 1000;

/// A category to be entered.
#[derive(Clone, Debug)]
pub struct NewCategory {
    /// Its stable name in `snake_case`.
    pub code: String,
    /// Three capital letters.
    pub mark: String,
    /// One character.
    pub short: String,
    /// Name.
    pub name: Localized,
    /// What a candidate is asked to have done.
    pub criteria: Localized,
    /// Whether it takes nominations.
    pub active: bool,
    /// Its place in lists; at the end when it is not said.
    pub position: Option<i32>,
}

/// All categories, in the order in which they are shown.
pub async fn list_categories(service: &Service) -> Result<Vec<Category>, Error> {
    service.store.read(|db| Ok(storage::categories::list(db)?)).await
}

/// Reads a category.
pub async fn get_category(service: &Service, code: CategoryCode) -> Result<Category, Error> {
    service.store.read(move |db| storage::categories::find(db, &code)?.ok_or_else(Error::not_found)).await
}

/// Enters a category; administrators only.
pub async fn create_category(
    service: &Service,
    caller: &Caller,
    input: NewCategory,
    attempt: Option<Attempt>,
) -> Result<Category, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let category = checked(&service, db, &input)?;
            storage::categories::insert(db, &category)?;
            record(&service, db, &caller, "category.created", &category.code)?;
            let first = FirstAnswer { status: 201, resource_id: replay_id(&category.code), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(category)
        })
        .await
}

/// The id under which a category is remembered as the first answer to a request.
#[must_use]
pub fn replay_id(code: &CategoryCode) -> Uuid {
    let digest: [u8; 32] = Sha256::digest(code.as_str()).into();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, digested)| *byte = digested);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Finds the category that was the first answer to a request.
pub async fn find_replayed(service: &Service, id: Uuid) -> Result<Category, Error> {
    let all = list_categories(service).await?;
    all.into_iter().find(|category| replay_id(&category.code) == id).ok_or_else(Error::not_found)
}

/// What is wrong with a new category.
#[must_use]
pub fn new_faults(input: &NewCategory) -> Vec<Fault> {
    let is_code = input.code.parse::<CategoryCode>().is_ok();
    let mut faults = if is_code { vec![] } else { vec![Fault::at("/code", Code::Malformed)] };
    faults.extend(validate_mark(&input.mark));
    faults.extend(validate_short(&input.short));
    faults.extend(input.name.line_faults("/name", NAME_MAX_CHARS));
    faults.extend(input.criteria.paragraph_faults("/criteria", CRITERIA_MAX_CHARS));
    faults.extend(input.position.and_then(position_fault));
    faults
}

/// What is wrong with a change of a category.
#[must_use]
pub fn patch_faults(patch: &CategoryPatch) -> Vec<Fault> {
    let mut faults = patch.short.as_deref().map(validate_short).unwrap_or_default();
    faults.extend(Localized::patch_line_faults(&patch.name, "/name", NAME_MAX_CHARS));
    faults.extend(Localized::patch_paragraph_faults(&patch.criteria, "/criteria", CRITERIA_MAX_CHARS));
    faults.extend(patch.position.and_then(position_fault));
    faults
}

fn checked(service: &Service, db: &mut Connection, input: &NewCategory) -> Result<Category, Error> {
    refuse_invalid(new_faults(input))?;
    let now = service.clocks.campaign();
    let last = storage::categories::list(db)?.last().map_or(0, |last| last.position);
    Ok(Category {
        code: input.code.parse().map_err(|_| Error::invalid(vec![Fault::at("/code", Code::Malformed)]))?,
        mark: input.mark.clone(),
        short: input.short.clone(),
        name: input.name.tidy(),
        criteria: input.criteria.tidy(),
        active: input.active,
        position: input.position.unwrap_or(last.saturating_add(1)),
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn position_fault(position: i32) -> Option<Fault> {
    (!(0..=10_000).contains(&position)).then(|| {
        let code = if position < 0 { Code::TooSmall } else { Code::TooLarge };
        Fault::at("/position", code).with("minimum", 0).with("limit", 10_000).with("actual", position)
    })
}

/// What an administrator may change of a category. Code and mark stay: certificates carry them.
#[derive(Clone, Debug, Default)]
pub struct CategoryPatch {
    /// One character.
    pub short: Option<String>,
    /// The Chinese and the English name.
    pub name: (Option<String>, Option<String>),
    /// The Chinese and the English criteria.
    pub criteria: (Option<String>, Option<String>),
    /// Whether it takes nominations.
    pub active: Option<bool>,
    /// Its place in lists.
    pub position: Option<i32>,
}

/// Changes a category; administrators only.
pub async fn update_category(
    service: &Service,
    caller: &Caller,
    (code, version): (CategoryCode, i64),
    patch: CategoryPatch,
) -> Result<Category, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            let old = storage::categories::find(db, &code)?.ok_or_else(Error::not_found)?;
            if old.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let change = checked_change(&old, &patch)?;
            if !storage::categories::update_if(db, (&code, version), &change, service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            record(&service, db, &caller, "category.updated", &code)?;
            storage::categories::find(db, &code)?.ok_or_else(Error::not_found)
        })
        .await
}

fn checked_change(old: &Category, patch: &CategoryPatch) -> Result<CategoryChange, Error> {
    refuse_invalid(patch_faults(patch))?;
    let name = old.name.patched(&patch.name).tidy();
    let criteria = old.criteria.patched(&patch.criteria).tidy();
    Ok(CategoryChange {
        short: patch.short.clone(),
        name_zh: Some(name.zh),
        name_en: Some(name.en),
        criteria_zh: Some(criteria.zh),
        criteria_en: Some(criteria.en),
        active: patch.active,
        position: patch.position,
    })
}

fn record(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    action: &str,
    code: &CategoryCode,
) -> Result<(), Error> {
    let deed = Deed::new(action, "category", code).with(json!({ "code": code }));
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place::default())
}
