//! A recommendation channel in use: a web page, a newspaper's column, a telephone number, a counter; with who minds it.

use chrono::{DateTime, Utc};

use super::{
    candidate::Channel,
    fault::{Code, Fault},
    id::{ChannelId, OrganizationId},
    policy, text,
};

/// Most characters of a channel's name, of an outlet and of a web address's label.
pub const NAME_MAX_CHARS: usize = 100;
/// Most characters of an address.
pub const ADDRESS_MAX_CHARS: usize = 200;
/// Most characters of the responsible person's name.
pub const PERSON_MAX_CHARS: usize = 64;
/// Most characters of one telephone number.
pub const PHONE_MAX_CHARS: usize = 32;
/// Most telephone numbers of a channel.
pub const MAX_PHONES: usize = 10;

/// A channel in use. Nothing of it is personal data: its numbers are those of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelInUse {
    /// Its identifier.
    pub id: ChannelId,
    /// What kind of way it is; never changes.
    pub kind: Channel,
    /// What it is called.
    pub name: String,
    /// The newspaper, broadcaster or platform, for a media column.
    pub outlet: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// Its telephone numbers.
    pub phones: Vec<String>,
    /// Where letters go, and where people come.
    pub address: Option<String>,
    /// The organization that minds it.
    pub organization_id: OrganizationId,
    /// The responsible person.
    pub responsible_name: Option<String>,
    /// A closed one takes no recommendations.
    pub active: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// How a channel is reached and who minds it, as it is entered or changed; `None` stays or is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelFields {
    /// What it is called.
    pub name: Option<String>,
    /// The outlet.
    pub outlet: Option<Option<String>>,
    /// Its page.
    pub url: Option<Option<String>>,
    /// Its telephone numbers.
    pub phones: Option<Vec<String>>,
    /// Its address.
    pub address: Option<Option<String>>,
    /// The organization that minds it.
    pub organization_id: Option<OrganizationId>,
    /// The responsible person.
    pub responsible_name: Option<Option<String>>,
    /// Whether it takes recommendations.
    pub active: Option<bool>,
}

impl ChannelFields {
    /// Everything that breaks a rule of its own.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let inner = |field: &'_ Option<Option<String>>| field.clone().flatten();
        let mut faults = line_faults("/name", self.name.as_deref(), NAME_MAX_CHARS);
        faults.extend(line_faults("/outlet", inner(&self.outlet).as_deref(), NAME_MAX_CHARS));
        faults.extend(line_faults("/address", inner(&self.address).as_deref(), ADDRESS_MAX_CHARS));
        faults.extend(line_faults("/responsible_name", inner(&self.responsible_name).as_deref(), PERSON_MAX_CHARS));
        if inner(&self.url).is_some_and(|url| !policy::is_web_address(&url)) {
            faults.push(Fault::at("/url", Code::Malformed));
        }
        let phones = self.phones.as_deref().unwrap_or_default();
        if phones.len() > MAX_PHONES {
            faults.push(Fault::at("/phones", Code::TooMany).with("limit", MAX_PHONES).with("actual", phones.len()));
        }
        for (index, phone) in phones.iter().enumerate() {
            faults.extend(service_number(phone).into_iter().map(|fault| fault.under(&format!("/phones/{index}"))));
        }
        faults
    }
}

fn line_faults(pointer: &str, value: Option<&str>, max_chars: usize) -> Vec<Fault> {
    let faults = value.map(|value| text::line(value, max_chars)).unwrap_or_default();
    faults.into_iter().map(|fault| fault.under(pointer)).collect()
}

/// A number that the public calls: short ones such as 12345 too, with the usual marks and an extension.
fn service_number(number: &str) -> Vec<Fault> {
    let mut faults = text::line(number, PHONE_MAX_CHARS);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let is_usual = number.chars().all(|c| c.is_ascii_digit() || "+-() （）—转".contains(c));
    if faults.is_empty() && (!is_usual || !(3..=20).contains(&digits)) {
        faults.push(Fault::of(Code::Malformed));
    }
    faults
}

/// The kind of way by which something came: the one said, or that of the channel in use, which it must not contradict.
/// `found` is that channel, if there is one that takes recommendations.
pub fn kind_of(
    said: Option<Channel>,
    named: Option<ChannelId>,
    found: Option<&ChannelInUse>,
) -> Result<Option<Channel>, Fault> {
    match (named, found.filter(|channel| channel.active), said) {
        (None, _, said) => Ok(said),
        (Some(_), None, _) => Err(Fault::at("/channel_id", Code::UnknownReference)),
        (Some(_), Some(channel), Some(said)) if said != channel.kind => {
            Err(Fault::at("/channel", Code::Inconsistent).with("expected", channel.kind.as_str()))
        }
        (Some(_), Some(channel), _) => Ok(Some(channel.kind)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    fn hotline(active: bool) -> ChannelInUse {
        ChannelInUse {
            id: ChannelId(Uuid::from_u128(1)),
            kind: Channel::Phone,
            name: "好人热线".to_owned(),
            outlet: None,
            url: None,
            phones: vec!["12345".to_owned()],
            address: None,
            organization_id: OrganizationId(Uuid::from_u128(2)),
            responsible_name: None,
            active,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[rstest]
    #[case(None, None)]
    #[case(Some(Channel::Letter), Some(Channel::Letter))]
    fn without_a_channel_in_use_what_is_said_holds(#[case] said: Option<Channel>, #[case] kind: Option<Channel>) {
        assert_eq!(kind_of(said, None, None), Ok(kind));
    }

    #[test]
    fn a_channel_in_use_says_the_kind_and_is_not_contradicted() {
        let open = hotline(true);
        assert_eq!(kind_of(None, Some(open.id), Some(&open)), Ok(Some(Channel::Phone)));
        assert_eq!(kind_of(Some(Channel::Phone), Some(open.id), Some(&open)), Ok(Some(Channel::Phone)));
        let fault = kind_of(Some(Channel::Media), Some(open.id), Some(&open)).unwrap_err();
        assert_eq!((fault.pointer.as_str(), fault.code), ("/channel", Code::Inconsistent));
        for found in [None, Some(hotline(false))] {
            let fault = kind_of(Some(Channel::Phone), Some(open.id), found.as_ref()).unwrap_err();
            assert_eq!((fault.pointer.as_str(), fault.code), ("/channel_id", Code::UnknownReference));
        }
    }

    #[rstest]
    #[case("12345", true)]
    #[case("027-82345678", true)]
    #[case("(027) 8234 5678 转 801", true)]
    #[case("400-800-1234", true)]
    #[case("12", false)]
    #[case("热线", false)]
    #[case("027-82345678; DROP", false)]
    #[case("123456789012345678901", false)]
    #[case("", false)]
    fn numbers_of_services(#[case] number: &str, #[case] good: bool) {
        assert_eq!(service_number(number).is_empty(), good);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = ChannelFields {
            name: Some(String::new()),
            outlet: Some(Some("报".repeat(101))),
            url: Some(Some("javascript:alert(1)".to_owned())),
            phones: Some(vec!["x".to_owned(); 11]),
            address: Some(Some("\u{202E}".to_owned())),
            responsible_name: Some(Some(" ".to_owned())),
            ..ChannelFields::default()
        };
        let mut found: Vec<String> = wrong.faults().into_iter().map(|fault| fault.pointer).collect();
        found.retain(|pointer| !pointer.starts_with("/phones/"));
        for pointer in ["/name", "/outlet", "/url", "/phones", "/address", "/responsible_name"] {
            assert!(found.iter().any(|one| one == pointer), "{pointer} in {found:?}");
        }
    }
}
