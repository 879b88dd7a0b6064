//! Review stages: read by everybody; labels and checklists kept by administrators.

use serde_json::json;

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        localized::Localized,
        role::Role,
        stage::{ChecklistItem, Stage, StageCode, validate_checklist},
    },
    storage::{self, Connection},
};

/// Most characters of a stage's label.
pub const LABEL_MAX_CHARS: usize = 40;
/// Most characters of a checklist item.
pub const ITEM_MAX_CHARS: usize = 200;

/// All stages, in the order in which a candidate passes them.
pub async fn list_review_stages(service: &Service) -> Result<Vec<Stage>, Error> {
    service.store.read(|db| Ok(storage::review_stages::list(db)?)).await
}

/// Reads a stage.
pub async fn get_review_stage(service: &Service, code: StageCode) -> Result<Stage, Error> {
    service.store.read(move |db| storage::review_stages::find(db, code)?.ok_or_else(Error::not_found)).await
}

/// What an administrator may change of a stage.
#[derive(Clone, Debug, Default)]
pub struct StagePatch {
    /// The Chinese and the English label.
    pub label: (Option<String>, Option<String>),
    /// The whole checklist.
    pub checklist: Option<Vec<ChecklistItem>>,
}

/// Changes a stage; administrators only. A new checklist holds for cycles in which nobody is verified yet.
pub async fn update_review_stage(
    service: &Service,
    caller: &Caller,
    (code, version): (StageCode, i64),
    patch: StagePatch,
) -> Result<Stage, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            admin.recheck(db)?;
            // A cycle that is just coming into being must not miss the change.
            storage::locks::advisory(db, super::cycles::CREATION_LOCK)?;
            let old = storage::review_stages::find(db, code)?.ok_or_else(Error::not_found)?;
            if old.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let new = checked(&old, &patch)?;
            if !storage::review_stages::update_if(db, &new, version, service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let cycles = if new.checklist == old.checklist { vec![] } else { hand_on(&service, db, &new)? };
            let deed = Deed::new("review_stage.updated", "review_stage", code).with(json!({ "cycles": cycles }));
            record::audit(&service, db, &caller, &deed)?;
            record::announce(&service, db, &deed, Place::default())?;
            storage::review_stages::find(db, code)?.ok_or_else(Error::not_found)
        })
        .await
}

/// What is wrong with the texts of a change.
#[must_use]
pub fn patch_faults(patch: &StagePatch) -> Vec<Fault> {
    let mut faults = Localized::patch_line_faults(&patch.label, "/label", LABEL_MAX_CHARS);
    let items = patch.checklist.iter().flatten().enumerate();
    faults.extend(items.flat_map(|(index, item)| item_faults(index, item)));
    faults
}

fn checked(old: &Stage, patch: &StagePatch) -> Result<Stage, Error> {
    let label = old.label.patched(&patch.label);
    let checklist = patch.checklist.as_deref().unwrap_or(&old.checklist);
    let mut faults = patch_faults(patch);
    faults.extend(validate_checklist(old.code, checklist));
    refuse_invalid(faults)?;
    let tidy = |item: &ChecklistItem| ChecklistItem { code: item.code.clone(), text: item.text.tidy() };
    Ok(Stage { label: label.tidy(), checklist: checklist.iter().map(tidy).collect(), ..old.clone() })
}

fn item_faults(index: usize, item: &ChecklistItem) -> Vec<Fault> {
    item.text.line_faults(&format!("/checklist/{index}/text"), ITEM_MAX_CHARS)
}

/// Gives the checklist to every cycle that is not frozen; returns their months.
fn hand_on(service: &Service, db: &mut Connection, stage: &Stage) -> Result<Vec<String>, Error> {
    let mut months = vec![];
    for month in storage::cycles::unfrozen(db)? {
        storage::locks::cycle(db, month)?;
        let Some(mut cycle) = storage::cycles::find(db, month)? else { continue };
        if cycle.materials_frozen_at.is_some() || cycle.published_at.is_some() {
            continue;
        }
        cycle.checklists.insert(stage.code, stage.checklist.clone());
        storage::cycles::update_if(db, &cycle, service.clocks.campaign())?;
        months.push(month.to_string());
    }
    Ok(months)
}
