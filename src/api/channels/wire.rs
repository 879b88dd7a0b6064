//! Channels in use as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
};
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, candidates::names::ChannelName, judged::to_validation, patch::Patch},
    domain::channel::{ChannelFields, ChannelInUse, MAX_PHONES, PHONE_MAX_CHARS},
};

/// A recommendation channel in use: a web page, a newspaper's column, a telephone number, a counter.
#[derive(Serialize, ToSchema)]
pub struct Channel {
    /// Its id.
    pub id: Uuid,
    /// What kind of way it is.
    pub kind: ChannelName,
    /// What it is called.
    #[schema(examples("身边好人专栏"))]
    pub name: String,
    /// The newspaper, broadcaster or platform, for a media column.
    #[schema(examples("长江日报"))]
    pub outlet: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// Its telephone numbers.
    pub phones: Vec<String>,
    /// Where letters go, and where people come.
    pub address: Option<String>,
    /// The organization that minds it.
    pub organization_id: Uuid,
    /// The responsible person.
    pub responsible_name: Option<String>,
    /// A closed one takes no recommendations.
    pub active: bool,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Channel);

impl From<ChannelInUse> for Channel {
    fn from(channel: ChannelInUse) -> Self {
        Self {
            id: channel.id.into(),
            kind: channel.kind.into(),
            name: channel.name,
            outlet: channel.outlet,
            url: channel.url,
            phones: channel.phones,
            address: channel.address,
            organization_id: channel.organization_id.into(),
            responsible_name: channel.responsible_name,
            active: channel.active,
            created_at: channel.created_at,
            updated_at: channel.updated_at,
            etag: String::new(),
            version: channel.version,
        }
    }
}

/// At most so many numbers, none longer than a number is.
fn numbers() -> Schema {
    let number = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(PHONE_MAX_CHARS));
    ArrayBuilder::new().items(number.examples(["027-82345678"])).max_items(Some(MAX_PHONES)).into()
}

/// A channel to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChannelRequest {
    /// What kind of way it is.
    pub kind: ChannelName,
    /// What it is called.
    #[schema(min_length = 1, max_length = 100, examples("身边好人专栏"))]
    pub name: String,
    /// The newspaper, broadcaster or platform, for a media column.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("长江日报"))]
    pub outlet: Option<String>,
    /// Its page, with `http` or `https`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.wuhan.gov.cn/haoren"))]
    pub url: Option<String>,
    /// Its telephone numbers: those of a service, not a person's own.
    #[serde(default)]
    #[schema(schema_with = numbers)]
    pub phones: Vec<String>,
    /// Where letters go, and where people come.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, examples("江汉区新华路 1 号一楼大厅"))]
    pub address: Option<String>,
    /// The organization that minds it, within the caller's subtree; the caller's own where nothing is said.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
    /// The responsible person.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("周敏"))]
    pub responsible_name: Option<String>,
    /// False enters it closed.
    #[serde(default)]
    pub active: Option<bool>,
}

impl CreateChannelRequest {
    /// What is said of the new channel beside its kind.
    #[must_use]
    pub fn fields(&self) -> ChannelFields {
        ChannelFields {
            name: Some(self.name.clone()),
            outlet: Some(self.outlet.clone()),
            url: Some(self.url.clone()),
            phones: Some(self.phones.clone()),
            address: Some(self.address.clone()),
            organization_id: self.organization_id.map(Into::into),
            responsible_name: Some(self.responsible_name.clone()),
            active: self.active,
        }
    }
}

impl Validate for CreateChannelRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.fields().faults())
    }
}

/// A change of a channel (merge patch); its kind stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateChannelRequest {
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Patch<String>,
    /// The newspaper, broadcaster or platform.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub outlet: Patch<String>,
    /// Its page.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.wuhan.gov.cn/haoren"))]
    pub url: Patch<String>,
    /// Its telephone numbers; an empty list takes them away.
    #[serde(default)]
    #[schema(schema_with = numbers)]
    pub phones: Patch<Vec<String>>,
    /// Where letters go, and where people come.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub address: Patch<String>,
    /// The organization that minds it, within the caller's subtree.
    #[serde(default)]
    #[schema(value_type = Uuid)]
    pub organization_id: Patch<Uuid>,
    /// The responsible person.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub responsible_name: Patch<String>,
    /// False closes it.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub active: Patch<bool>,
}

impl UpdateChannelRequest {
    /// What changes.
    #[must_use]
    pub fn fields(&self) -> ChannelFields {
        let this = self.clone();
        ChannelFields {
            name: this.name.value(),
            outlet: this.outlet.nullable(),
            url: this.url.nullable(),
            phones: this.phones.value(),
            address: this.address.nullable(),
            organization_id: this.organization_id.value().map(Into::into),
            responsible_name: this.responsible_name.nullable(),
            active: this.active.value(),
        }
    }
}

impl Validate for UpdateChannelRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.fields().faults())
    }
}
