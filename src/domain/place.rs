//! Which organization is meant by a place as people write it. Said only where there is no doubt.

use super::{
    id::OrganizationId,
    organization::{Organization, OrganizationKind},
};

/// Where a place lies, as far as it is certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// The unit.
    pub unit_id: Option<OrganizationId>,
    /// The district.
    pub district_id: Option<OrganizationId>,
}

/// The endings of a place by which units are looked up: `湖北省武汉市江汉区实验小学` names `江汉区实验小学` and `实验小学`.
/// An ending of one character names nothing.
#[must_use]
pub fn endings(place: &str) -> Vec<String> {
    let place = place.trim();
    let starts = place.char_indices().map(|(at, _)| at);
    let endings = starts.filter_map(|at| place.get(at..)).filter(|ending| ending.chars().count() > 1);
    endings.map(str::to_owned).collect()
}

/// Where a place lies. A unit is meant when the place ends with its name, and it is the only one with the longest such
/// name in the district that the place names, if it names one; a district when the place names no other.
#[must_use]
pub fn locate(place: &str, organizations: &[Organization]) -> Located {
    let place = place.trim();
    let active = |kind| organizations.iter().filter(move |one| one.active && one.kind == kind);
    let mut districts = active(OrganizationKind::District).filter(|district| place.contains(district.name.as_str()));
    let district = match (districts.next(), districts.next()) {
        (Some(only), None) => Some(only.id),
        (Some(_), Some(_)) => return Located::default(),
        (None, _) => None,
    };
    let ends = |unit: &&Organization| unit.name.chars().count() > 1 && place.ends_with(unit.name.as_str());
    let here = |unit: &&Organization| district.is_none() || unit.district_id == district;
    let units: Vec<&Organization> = active(OrganizationKind::Unit).filter(ends).filter(here).collect();
    let longest = units.iter().map(|unit| unit.name.len()).max().unwrap_or_default();
    let mut best = units.iter().filter(|unit| unit.name.len() == longest);
    match (best.next(), best.next()) {
        (Some(unit), None) => Located { unit_id: Some(unit.id), district_id: unit.district_id },
        (Some(_), Some(_)) | (None, _) => Located { unit_id: None, district_id: district },
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(number))
    }

    fn organization(number: u128, kind: OrganizationKind, district: u128, name: &str) -> Organization {
        Organization {
            id: id(number),
            kind,
            parent_id: Some(id(1)),
            district_id: Some(id(district)),
            code: None,
            name: name.to_owned(),
            headcount: None,
            responsible_name: None,
            active: number != 99,
            list_title: None,
            list_issuer: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn city() -> Vec<Organization> {
        use OrganizationKind::{District, Unit};
        vec![
            organization(2, District, 2, "江汉区"),
            organization(3, District, 3, "武昌区"),
            organization(20, Unit, 2, "江汉区政务服务中心"),
            organization(21, Unit, 2, "实验小学"),
            organization(30, Unit, 3, "实验小学"),
            organization(31, Unit, 3, "武昌区人民医院"),
            organization(32, Unit, 3, "人民医院"),
            organization(99, Unit, 3, "关闭的单位"),
        ]
    }

    #[rstest]
    #[case("江汉区", None, Some(2))]
    #[case("湖北省武汉市江汉区", None, Some(2))]
    #[case("江汉区某某路 3 号", None, Some(2))]
    #[case("江汉区政务服务中心", Some(20), Some(2))]
    #[case("武汉市江汉区政务服务中心", Some(20), Some(2))]
    #[case("实验小学", None, None)]
    #[case("江汉区实验小学", Some(21), Some(2))]
    #[case("武昌区 实验小学", Some(30), Some(3))]
    #[case("武昌区人民医院", Some(31), Some(3))]
    #[case("人民医院", Some(32), Some(3))]
    #[case("江汉区人民医院", None, Some(2))]
    #[case("江汉区和武昌区", None, None)]
    #[case("关闭的单位", None, None)]
    #[case("别的城市", None, None)]
    #[case("", None, None)]
    fn places(#[case] place: &str, #[case] unit: Option<u128>, #[case] district: Option<u128>) {
        let expected = Located { unit_id: unit.map(id), district_id: district.map(id) };
        assert_eq!(locate(place, &city()), expected, "{place}");
    }

    #[test]
    fn every_ending_of_two_characters_or_more_is_looked_up() {
        assert_eq!(endings(" 江汉小学 "), ["江汉小学", "汉小学", "小学"]);
        assert_eq!(endings("区"), [""; 0]);
    }
}
