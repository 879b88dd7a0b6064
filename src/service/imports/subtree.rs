//! What the rows of a table can refer to: the part of the tree in which the importer acts.

use std::collections::HashMap;

use crate::{
    domain::{
        id::OrganizationId,
        import::{Directory, DistrictEntry, UnitEntry},
        organization::{Organization, OrganizationKind},
        scope::Scope,
    },
    service::Error,
    storage::{self, Connection, organizations::OrganizationFilter},
};

/// More organizations than any city has.
const ALL: i64 = 100_000;

/// The directory of a subtree.
pub fn directory(db: &mut Connection, scope: &Scope) -> Result<Directory, Error> {
    let filter = OrganizationFilter { active: Some(true), ..OrganizationFilter::default() };
    let all = storage::organizations::list(db, &filter, None, ALL)?;
    let names: HashMap<OrganizationId, String> = all.iter().map(|one| (one.id, one.name.clone())).collect();
    let categories = storage::categories::list(db)?.into_iter().filter(|category| category.active).collect();
    let mut units: Vec<UnitEntry> = Vec::new();
    for unit in all.iter().filter(|one| one.kind == OrganizationKind::Unit) {
        units.extend(unit.district_id.filter(|district| scope.covers(*district, Some(unit.id))).map(|district_id| {
            let parent = unit.parent_id.and_then(|parent| names.get(&parent)).cloned();
            UnitEntry { id: unit.id, name: unit.name.clone(), district_id, parent_name: parent.unwrap_or_default() }
        }));
    }
    let has_inbox = |district: &Organization| scope.covers(district.id, None);
    let districts = all.iter().filter(|one| one.kind == OrganizationKind::District);
    let districts = districts.filter(|one| has_inbox(one) || units.iter().any(|unit| unit.district_id == one.id));
    let districts =
        districts.map(|one| DistrictEntry { id: one.id, name: one.name.clone(), has_inbox: has_inbox(one) }).collect();
    Ok(Directory::new(categories, units, districts))
}
