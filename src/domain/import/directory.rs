//! What the texts of a table can refer to: the categories that take nominations, and the open units and districts of
//! the subtree in which the importer acts.

use std::collections::HashMap;

use crate::domain::{
    category::{Category, CategoryCode},
    id::OrganizationId,
    text,
};

/// A unit that rows may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitEntry {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The district in which it lies.
    pub district_id: OrganizationId,
    /// The name of what it stands under.
    pub parent_name: String,
}

/// A district that rows may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistrictEntry {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Whether a row may leave the unit open, so that the district's inbox holds the candidate.
    pub has_inbox: bool,
}

/// What can be referred to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// The categories, in their order.
    pub categories: Vec<Category>,
    units: Vec<UnitEntry>,
    districts: Vec<DistrictEntry>,
    units_by_name: HashMap<String, Vec<usize>>,
}

impl Directory {
    /// Of what there is.
    #[must_use]
    pub fn new(categories: Vec<Category>, units: Vec<UnitEntry>, districts: Vec<DistrictEntry>) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, unit) in units.iter().enumerate() {
            let mut names = vec![text::fold(&unit.name), text::fold(&qualified(unit)), unit.id.to_string()];
            names.dedup();
            for name in names {
                by_name.entry(name).or_default().push(index);
            }
        }
        Self { categories, units, districts, units_by_name: by_name }
    }

    /// The category of a code, a name in either language, or a short form.
    #[must_use]
    pub fn category(&self, written: &str) -> Option<&CategoryCode> {
        let wanted = text::fold(written);
        let is = |category: &&Category| {
            category.code.as_str() == wanted
                || [&category.name.zh, &category.name.en, &category.short].iter().any(|name| text::fold(name) == wanted)
        };
        self.categories.iter().find(is).map(|category| &category.code)
    }

    /// The units that a text can mean, by name, by name with what it stands under, or by id; in one district where one
    /// is named.
    #[must_use]
    pub fn units(&self, written: &str, district: Option<OrganizationId>) -> Vec<&UnitEntry> {
        let found = self.units_by_name.get(&text::fold(written)).into_iter().flatten();
        let all: Vec<&UnitEntry> = found.filter_map(|index| self.units.get(*index)).collect();
        let inside: Vec<&UnitEntry> =
            all.iter().copied().filter(|unit| district.is_none_or(|district| district == unit.district_id)).collect();
        if inside.is_empty() { all } else { inside }
    }

    /// The district in which a unit lies.
    #[must_use]
    pub fn district_of(&self, unit: OrganizationId) -> Option<OrganizationId> {
        self.units.iter().find(|known| known.id == unit).map(|known| known.district_id)
    }

    /// The district of a name or an id.
    #[must_use]
    pub fn district(&self, written: &str) -> Option<&DistrictEntry> {
        let wanted = text::fold(written);
        self.districts.iter().find(|district| text::fold(&district.name) == wanted || district.id.to_string() == wanted)
    }

    /// How the units are called in a list to choose from: by name, and where that is not enough with what each stands under.
    #[must_use]
    pub fn unit_labels(&self) -> Vec<String> {
        let is_alone =
            |unit: &UnitEntry| self.units_by_name.get(&text::fold(&unit.name)).is_some_and(|all| all.len() == 1);
        let label = |unit: &UnitEntry| if is_alone(unit) { unit.name.clone() } else { qualified(unit) };
        self.units.iter().map(label).collect()
    }

    /// The names of the districts.
    #[must_use]
    pub fn district_labels(&self) -> Vec<String> {
        self.districts.iter().map(|district| district.name.clone()).collect()
    }
}

fn qualified(unit: &UnitEntry) -> String {
    format!("{}（{}）", unit.name, unit.parent_name)
}
