//! What is selected: the months, the part of the tree that the caller sees, and what was asked for of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        candidate::Channel,
        category::CategoryCode,
        cycle::Cycle,
        fault::{Code, Fault},
        id::OrganizationId,
        month::Month,
        organization::OrganizationKind,
        participation::Node,
        role::Role,
        scope::Scope,
        statistics::{Detail, Dimension, Level, Months, Overdue, Part, Said},
    },
    service::{Caller, Error},
    storage::{self, Connection, statistics::cells::Filter},
};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct StatisticsRequest {
    /// The months, and by what groups are told apart.
    pub said: Said,
    /// Of these districts; of all where nothing is said.
    pub districts: Vec<OrganizationId>,
    /// Of these units and those under them.
    pub units: Vec<OrganizationId>,
    /// Of these categories.
    pub categories: Vec<CategoryCode>,
    /// Of candidates whose first recommendation came in one of these ways, and leads that did.
    pub channels: Vec<Channel>,
}

/// 401 or 403 for who reads no numbers.
pub fn may_read(caller: &Caller) -> Result<(), Error> {
    scope_of(caller).map(drop)
}

/// What a caller reads the numbers of: a reviewer of the own subtree, an administrator of the whole city.
pub(super) fn scope_of(caller: &Caller) -> Result<Scope, Error> {
    let account = caller.account()?;
    if account.role == Role::Admin { Ok(Scope::City) } else { Ok(caller.require_reviewer()?.scope.clone()) }
}

pub(super) fn refused(faults: Vec<Fault>) -> Error {
    Error::refused(Code::InvalidQuery, faults)
}

/// The district to which an organization belongs; a district to itself.
pub(super) fn district_of(node: &Node) -> Option<OrganizationId> {
    match node.kind {
        OrganizationKind::City => None,
        OrganizationKind::District => Some(node.id),
        OrganizationKind::Unit => node.district,
    }
}

/// What is selected, with all that is needed to read it.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The months that there are.
    pub cycles: BTreeMap<Month, Cycle>,
    /// The organizations that the caller sees, by id.
    pub nodes: BTreeMap<OrganizationId, Node>,
    /// By what groups are told apart.
    pub by: Vec<Dimension>,
    /// Of these categories; of all where there is none.
    pub categories: BTreeSet<CategoryCode>,
    /// Of these channels; of all where there is none.
    pub channels: BTreeSet<Channel>,
    districts: Option<Vec<OrganizationId>>,
    units: Option<Vec<OrganizationId>>,
}

impl Selection {
    pub(super) fn of(
        db: &mut Connection,
        scope: &Scope,
        Months(months): Months,
        request: &StatisticsRequest,
    ) -> Result<Self, Error> {
        let nodes = storage::participation::nodes(db, scope, None)?;
        let nodes: BTreeMap<OrganizationId, Node> = nodes.into_iter().map(|node| (node.id, node)).collect();
        let asked = (!request.districts.is_empty()).then(|| request.districts.clone());
        let districts = match scope {
            Scope::City | Scope::Units(_) => asked,
            Scope::District(own) => Some(match asked {
                Some(asked) => asked.into_iter().filter(|asked| asked == own).collect(),
                None => vec![*own],
            }),
            Scope::Nowhere => Some(Vec::new()),
        };
        let is_meant = |node: &&Node| {
            let named = |id: &OrganizationId| request.units.contains(id);
            node.kind == OrganizationKind::Unit && (named(&node.id) || node.parent.as_ref().is_some_and(named))
        };
        let units = if !request.units.is_empty() {
            Some(nodes.values().filter(is_meant).map(|node| node.id).collect())
        } else if let Scope::Units(own) = scope {
            Some(own.clone())
        } else {
            None
        };
        Ok(Self {
            cycles: storage::cycles::find_all(db, &months)?,
            nodes,
            by: request.said.group_by.clone(),
            categories: request.categories.iter().cloned().collect(),
            channels: request.channels.iter().copied().collect(),
            districts,
            units,
        })
    }

    /// The months that there are.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        self.cycles.keys().copied().collect()
    }

    /// The places from which the sum is made: as large ones as possible.
    #[must_use]
    pub fn of_total(&self) -> Filter {
        self.filter(if self.units.is_some() {
            Level::Unit
        } else if self.districts.is_some() {
            Level::District
        } else {
            Level::City
        })
    }

    /// The places from which the groups are made.
    #[must_use]
    pub fn of_groups(&self) -> Filter {
        let level = if self.by.contains(&Dimension::Unit) {
            Level::Unit
        } else if self.by.contains(&Dimension::District) {
            Level::District
        } else {
            Level::City
        };
        self.filter(level.min(self.of_total().level))
    }

    /// All units that are selected.
    #[must_use]
    pub fn of_units(&self) -> Filter {
        self.filter(Level::Unit)
    }

    fn filter(&self, level: Level) -> Filter {
        Filter { level, cycles: self.months(), districts: self.districts.clone(), units: self.units.clone() }
    }

    /// Whether an organization is selected.
    #[must_use]
    pub fn covers(&self, node: &Node) -> bool {
        let own = district_of(node);
        let is_in_district =
            self.districts.as_ref().is_none_or(|districts| own.is_some_and(|own| districts.contains(&own)));
        is_in_district && self.units.as_ref().is_none_or(|units| units.contains(&node.id))
    }

    /// Whether only some units are selected.
    #[must_use]
    pub const fn is_of_units(&self) -> bool {
        self.units.is_some()
    }

    /// Whether counts are selected that are told apart at least by what is asked for.
    #[must_use]
    pub fn takes(&self, part: &Part) -> bool {
        (self.categories.is_empty() || part.category.as_ref().is_some_and(|code| self.categories.contains(code)))
            && (self.channels.is_empty() || part.channel.is_some_and(|channel| self.channels.contains(&channel)))
    }

    /// Whether categories and channels are all selected, so that numbers are there that have none.
    #[must_use]
    pub fn is_of_all_kinds(&self) -> bool {
        self.categories.is_empty() && self.channels.is_empty()
    }

    /// How far counts have to be told apart for groups by these things.
    #[must_use]
    pub fn detail(&self, by: &[Dimension]) -> Detail {
        if !self.channels.is_empty() || by.contains(&Dimension::Channel) {
            Detail::Cell
        } else if !self.categories.is_empty() || by.contains(&Dimension::Category) {
            Detail::Category
        } else {
            Detail::Total
        }
    }

    /// Whether what came by a channel is selected.
    #[must_use]
    pub fn takes_channel(&self, channel: Channel) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }

    /// What is overdue at a moment in each cycle.
    #[must_use]
    pub fn overdue(&self, now: DateTime<Utc>) -> BTreeMap<Month, Overdue> {
        self.cycles.iter().map(|(month, cycle)| (*month, Overdue::at(cycle, now))).collect()
    }
}
