//! By what statistics are told apart, and in what order groups stand: by month, then by when a district and a unit were
//! entered, then by name of category and channel. Never by numbers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::parts::Part;
use crate::domain::{candidate::Channel, category::CategoryCode, id::OrganizationId, month::Month};

/// By so many things at once groups are told apart at most.
pub const GROUP_BY_MOST: usize = 3;

text_enum! {
    /// What groups are told apart by.
    pub enum Dimension {
        /// The month.
        Cycle = "cycle",
        /// The district.
        District = "district",
        /// The unit.
        Unit = "unit",
        /// The category.
        Category = "category",
        /// By what way the first recommendation came.
        Channel = "channel",
    }
}

impl Dimension {
    /// Whether honorees can be told apart by it: somebody is in charge of each, but nobody is looked after by the month, the
    /// category or the channel of an honour, of which a person may have several.
    #[must_use]
    pub const fn tells_honorees_apart(self) -> bool {
        match self {
            Self::District | Self::Unit => true,
            Self::Cycle | Self::Category | Self::Channel => false,
        }
    }
}

/// A cycle and a place, of which there is a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The cycle.
    pub cycle: Month,
    /// The district; nil for what the city itself holds, and for the sum of everything.
    pub district: OrganizationId,
    /// The unit; the district's id for its inbox; nil with a nil district, and for a sum.
    pub unit: OrganizationId,
}

impl Place {
    /// What stands for the city, which is above all districts.
    pub const NOWHERE: OrganizationId = OrganizationId(Uuid::nil());

    /// The district, where it is one's.
    #[must_use]
    pub fn in_district(&self) -> Option<OrganizationId> {
        (self.district != Self::NOWHERE).then_some(self.district)
    }

    /// The unit, where it is one's.
    #[must_use]
    pub fn in_unit(&self) -> Option<OrganizationId> {
        (self.unit != Self::NOWHERE && self.unit != self.district).then_some(self.unit)
    }
}

/// The part of a group's key that the place decides. An outer `None`: groups are not told apart by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaceKey {
    /// The month.
    pub cycle: Option<Month>,
    /// The district; `Some(None)` for what the city itself holds.
    #[serde(with = "twice")]
    pub district: Option<Option<OrganizationId>>,
    /// The unit; `Some(None)` for what lies in a district's inbox or at the city.
    #[serde(with = "twice")]
    pub unit: Option<Option<OrganizationId>>,
}

impl PlaceKey {
    /// That of a place.
    #[must_use]
    pub fn of(place: &Place, by: &[Dimension]) -> Self {
        Self {
            cycle: by.contains(&Dimension::Cycle).then_some(place.cycle),
            district: by.contains(&Dimension::District).then(|| place.in_district()),
            unit: by.contains(&Dimension::Unit).then(|| place.in_unit()),
        }
    }
}

/// What tells a group from all others; groups stand in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupKey {
    /// Month, district and unit.
    pub place: PlaceKey,
    /// The category.
    pub category: Option<CategoryCode>,
    /// The channel.
    pub channel: Option<Channel>,
}

impl GroupKey {
    /// That of counts, which are told apart at least by what groups are.
    #[must_use]
    pub fn of_part(place: PlaceKey, part: &Part, by: &[Dimension]) -> Self {
        Self {
            place,
            category: part.category.clone().filter(|_| by.contains(&Dimension::Category)),
            channel: part.channel.filter(|_| by.contains(&Dimension::Channel)),
        }
    }

    /// That of leads; `None` where groups are told apart by category, which a lead has not.
    #[must_use]
    pub fn of_leads(place: PlaceKey, channel: Channel, by: &[Dimension]) -> Option<Self> {
        let channel = by.contains(&Dimension::Channel).then_some(channel);
        (!by.contains(&Dimension::Category)).then_some(Self { place, category: None, channel })
    }
}

/// An option in an option, of which JSON would lose one: nothing, or a list of at most one.
mod twice {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::id::OrganizationId;

    type Twice = Option<Option<OrganizationId>>;

    pub(super) fn serialize<S: Serializer>(value: &Twice, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(|inner| inner.into_iter().collect::<Vec<_>>()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Twice, D::Error> {
        let list = Option::<Vec<OrganizationId>>::deserialize(deserializer)?;
        Ok(list.map(|list| list.first().copied()))
    }
}
