//! The tree city → district → unit.

use chrono::{DateTime, Utc};

use super::{
    fault::{Code, Fault},
    id::OrganizationId,
};

text_enum! {
    /// The level of an organization.
    pub enum OrganizationKind {
        /// 市: the one root of the deployment.
        City = "city",
        /// 区: under the city.
        District = "district",
        /// 单位: under a district, or under a unit that is.
        Unit = "unit",
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its identifier.
    pub id: OrganizationId,
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// The node above; the city has none.
    pub parent_id: Option<OrganizationId>,
    /// The district it is or belongs to; the city has none.
    pub district_id: Option<OrganizationId>,
    /// GB/T 2260 for city and district, the deployment's own for a unit.
    pub code: Option<String>,
    /// Name as shown to the public.
    pub name: String,
    /// How many people work or live there.
    pub headcount: Option<u32>,
    /// The responsible person.
    pub responsible_name: Option<String>,
    /// Whether it takes part; a closed one takes no candidates.
    pub active: bool,
    /// What the city calls its lists; 身边好人榜 when it says nothing.
    pub list_title: Option<String>,
    /// Who issues the city's lists and certificates; the city itself when it says nothing.
    pub list_issuer: Option<String>,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Organization {
    /// Whether it stands directly under its district and can carry units of its own.
    #[must_use]
    pub fn is_first_level_unit(&self) -> bool {
        self.kind == OrganizationKind::Unit && self.parent_id.is_some() && self.parent_id == self.district_id
    }
}

/// Where a node would stand, or the faults with their place in the body. `has_children` tells whether the node already
/// carries others; the district is `None` for the city, and for a district, which is its own.
pub fn place(
    kind: OrganizationKind,
    parent: Option<&Organization>,
    has_children: bool,
) -> Result<Option<OrganizationId>, Vec<Fault>> {
    let misplaced = || Err(vec![Fault::at("/parent_id", Code::Inconsistent)]);
    match (kind, parent) {
        (OrganizationKind::City, None) => Ok(None),
        (OrganizationKind::District | OrganizationKind::Unit, None) => {
            Err(vec![Fault::at("/parent_id", Code::Required)])
        }
        (OrganizationKind::District, Some(above)) if above.kind == OrganizationKind::City => Ok(None),
        (OrganizationKind::Unit, Some(above)) if above.kind == OrganizationKind::District => Ok(Some(above.id)),
        (OrganizationKind::Unit, Some(above)) if above.is_first_level_unit() && !has_children => Ok(above.district_id),
        (OrganizationKind::City | OrganizationKind::District | OrganizationKind::Unit, Some(_)) => misplaced(),
    }
}

/// The faults of a code: six digits of GB/T 2260 for a city (ending in 00) and a district, a word of up to 40 letters,
/// digits, `-` and `_` for a unit, which may do without.
#[must_use]
pub fn validate_code(kind: OrganizationKind, code: Option<&str>) -> Vec<Fault> {
    let fault = |code| vec![Fault::at("/code", code)];
    match (kind, code) {
        (OrganizationKind::Unit, None) => vec![],
        (OrganizationKind::City | OrganizationKind::District, None) => fault(Code::Required),
        (OrganizationKind::City, Some(text)) if is_region(text) && text.ends_with("00") => vec![],
        (OrganizationKind::District, Some(text)) if is_region(text) && !text.ends_with("00") => vec![],
        (OrganizationKind::Unit, Some(text)) if is_word(text) => vec![],
        (OrganizationKind::City | OrganizationKind::District | OrganizationKind::Unit, Some(_)) => {
            fault(Code::Malformed)
        }
    }
}

/// The title of the national list, which is not the city's to give.
const NATIONAL_TITLE: &str = "中国好人榜";

/// The faults of what heads lists and certificates: only the city sets it, and none under the national list's title.
#[must_use]
pub fn validate_heading(kind: OrganizationKind, title: Option<&str>, issuer: Option<&str>) -> Vec<Fault> {
    let is_city = kind == OrganizationKind::City;
    let misplaced =
        |value: Option<&str>, pointer| value.filter(|_| !is_city).map(|_| Fault::at(pointer, Code::Inconsistent));
    let national = title.filter(|title| is_city && title.contains(NATIONAL_TITLE));
    let national = national.map(|_| Fault::at("/list_title", Code::Inconsistent));
    [misplaced(title, "/list_title"), misplaced(issuer, "/list_issuer"), national].into_iter().flatten().collect()
}

fn is_region(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}

fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn node(kind: OrganizationKind, number: u128, above: Option<u128>, district: Option<u128>) -> Organization {
        let id = |number| OrganizationId(Uuid::from_u128(number));
        Organization {
            id: id(number),
            kind,
            parent_id: above.map(id),
            district_id: district.map(id),
            code: None,
            name: "某单位".into(),
            headcount: None,
            responsible_name: None,
            active: true,
            list_title: None,
            list_issuer: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_tree_is_city_district_unit_and_units_two_deep() {
        use OrganizationKind::{City, District, Unit};
        let city = node(City, 1, None, None);
        let district = node(District, 2, Some(1), Some(2));
        let centre = node(Unit, 3, Some(2), Some(2));
        let counter = node(Unit, 4, Some(3), Some(2));
        let allowed = |kind, parent: Option<&Organization>| place(kind, parent, false).ok();
        assert_eq!(allowed(City, None), Some(None));
        assert_eq!(allowed(District, Some(&city)), Some(None));
        assert_eq!(allowed(Unit, Some(&district)), Some(Some(district.id)));
        assert_eq!(allowed(Unit, Some(&centre)), Some(Some(district.id)));
        assert_eq!(place(Unit, Some(&centre), true), Err(vec![Fault::at("/parent_id", Code::Inconsistent)]));
        for (kind, parent) in [
            (City, Some(&city)),
            (City, Some(&district)),
            (District, Some(&district)),
            (District, Some(&centre)),
            (Unit, Some(&city)),
            (Unit, Some(&counter)),
        ] {
            assert_eq!(place(kind, parent, false), Err(vec![Fault::at("/parent_id", Code::Inconsistent)]));
        }
        assert_eq!(place(Unit, None, false), Err(vec![Fault::at("/parent_id", Code::Required)]));
        assert_eq!(place(District, None, false), Err(vec![Fault::at("/parent_id", Code::Required)]));
    }

    #[test]
    fn only_the_city_heads_lists_and_never_as_the_national_one() {
        let places = |kind, title, issuer| {
            validate_heading(kind, title, issuer).into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()
        };
        assert!(places(OrganizationKind::City, Some("武汉好人榜"), Some("武汉市文明办")).is_empty());
        assert!(places(OrganizationKind::Unit, None, None).is_empty());
        assert_eq!(places(OrganizationKind::City, Some("中国好人榜"), None), ["/list_title"]);
        let both = places(OrganizationKind::District, Some("江汉好人榜"), Some("江汉区"));
        assert_eq!(both, ["/list_title", "/list_issuer"]);
    }

    #[rstest]
    #[case(OrganizationKind::City, Some("420100"), None)]
    #[case(OrganizationKind::City, Some("420102"), Some(Code::Malformed))]
    #[case(OrganizationKind::City, None, Some(Code::Required))]
    #[case(OrganizationKind::District, Some("420102"), None)]
    #[case(OrganizationKind::District, Some("420100"), Some(Code::Malformed))]
    #[case(OrganizationKind::District, Some("42010"), Some(Code::Malformed))]
    #[case(OrganizationKind::District, Some("４２０１０２"), Some(Code::Malformed))]
    #[case(OrganizationKind::District, Some("020102"), Some(Code::Malformed))]
    #[case(OrganizationKind::Unit, None, None)]
    #[case(OrganizationKind::Unit, Some("jiangan-03_A"), None)]
    #[case(OrganizationKind::Unit, Some(""), Some(Code::Malformed))]
    #[case(OrganizationKind::Unit, Some("江岸"), Some(Code::Malformed))]
    fn codes(#[case] kind: OrganizationKind, #[case] code: Option<&str>, #[case] expected: Option<Code>) {
        assert_eq!(validate_code(kind, code).first().map(|fault| fault.code), expected);
    }
}
