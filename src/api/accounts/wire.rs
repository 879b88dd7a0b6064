//! Accounts as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::{
    api::{
        answer::{Representation, representations},
        faults::to_validator,
        patch::Patch,
        role::RoleName,
    },
    domain::text,
    service::{
        accounts::{
            passwords,
            sessions::Session,
            users::{DISPLAY_NAME_MAX_CHARS, username_faults},
        },
        delegations::Shown,
    },
    storage::users::UserRow,
};

/// An account.
#[derive(Serialize, ToSchema)]
pub struct User {
    /// Its id.
    pub id: Uuid,
    /// The name to sign in with.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// What the account may do.
    pub role: RoleName,
    /// Where it belongs.
    pub organization_id: Option<Uuid>,
    /// The telephone, masked.
    #[schema(examples("138****5678"))]
    pub phone: Option<String>,
    /// A closed account cannot sign in.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(User);

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id.into(),
            username: row.username,
            display_name: row.display_name,
            role: row.role.into(),
            organization_id: row.organization_id.map(Into::into),
            phone: row.phone_masked,
            active: row.active,
            created_at: row.created_at,
            updated_at: row.updated_at,
            etag: String::new(),
            version: row.version,
        }
    }
}

/// One's own account.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The account.
    #[serde(flatten)]
    pub user: User,
    /// For whom the account may act now: a request with `Acting-For: <delegation_id>` is made in that person's place.
    pub acting_for: Vec<StandIn>,
}

impl Representation for Me {
    fn version(&self) -> i64 {
        self.user.version
    }
    fn etag_mut(&mut self) -> &mut String {
        &mut self.user.etag
    }
}

/// For whom somebody may act, and until when.
#[derive(Serialize, ToSchema)]
pub struct StandIn {
    /// To be sent as `Acting-For`.
    pub delegation_id: Uuid,
    /// Who is away.
    pub delegator_id: Uuid,
    /// The name shown of who is away.
    #[schema(examples("周敏"))]
    pub delegator_name: String,
    /// The role in which the account then acts.
    pub role: RoleName,
    /// The organization for which it then acts.
    pub organization_id: Uuid,
    /// That organization's name.
    pub organization_name: String,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl From<Shown> for StandIn {
    fn from(shown: Shown) -> Self {
        let (from, to) = shown.days;
        Self {
            delegation_id: shown.delegation.id.into(),
            delegator_id: shown.delegation.delegator.into(),
            delegator_name: shown.delegator_name,
            role: shown.delegation.delegator_post.role.into(),
            organization_id: shown.delegation.delegator_post.organization.into(),
            organization_name: shown.organization_name,
            from,
            to,
        }
    }
}

fn username(value: &str) -> Result<(), ValidationError> {
    to_validator(username_faults(value))
}

fn display_name(value: &str) -> Result<(), ValidationError> {
    to_validator(text::line(value, DISPLAY_NAME_MAX_CHARS))
}

/// Without the words that a password must not lean on, which are judged with the whole.
fn new_password(value: &str) -> Result<(), ValidationError> {
    to_validator(passwords::faults("", value, &[]))
}

/// What a citizen registers with.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Letters of any script, digits, `.`, `_`, `-`, `@`.
    #[schema(min_length = 1, max_length = 64, examples("wang.fang"))]
    #[validate(custom(function = username))]
    pub username: String,
    /// Not easily guessed.
    #[schema(min_length = 10, max_length = 128, format = Password, examples("correct-horse-battery-staple"))]
    #[validate(custom(function = new_password))]
    pub password: String,
    /// The name shown.
    #[schema(min_length = 1, max_length = 64, examples("王芳"))]
    #[validate(custom(function = display_name))]
    pub display_name: String,
    /// The unit or district that the citizen belongs to; counts for participation only.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
}

/// An account to be made by an administrator.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateUserRequest {
    /// Letters of any script, digits, `.`, `_`, `-`, `@`.
    #[schema(min_length = 1, max_length = 64, examples("jianghan.reviewer"))]
    #[validate(custom(function = username))]
    pub username: String,
    /// Not easily guessed.
    #[schema(min_length = 10, max_length = 128, format = Password, examples("correct-horse-battery-staple"))]
    #[validate(custom(function = new_password))]
    pub password: String,
    /// The name shown.
    #[schema(min_length = 1, max_length = 64, examples("江汉区审核员"))]
    #[validate(custom(function = display_name))]
    pub display_name: String,
    /// What the account may do.
    pub role: RoleName,
    /// Where it belongs: of the kind that the role asks for.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
}

/// What an administrator may change of an account (merge patch).
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateUserRequest {
    /// The name shown.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    pub display_name: Patch<String>,
    /// What the account may do.
    #[serde(default)]
    #[schema(value_type = RoleName)]
    pub role: Patch<RoleName>,
    /// Where it belongs; null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub organization_id: Patch<Uuid>,
    /// False closes the account and ends its tokens.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub active: Patch<bool>,
    /// A new password.
    #[serde(default)]
    #[schema(value_type = String, min_length = 10, max_length = 128, format = Password)]
    pub password: Patch<String>,
}

/// What people may change of their own account (merge patch).
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateMeRequest {
    /// The name shown.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    pub display_name: Patch<String>,
    /// A Chinese mobile or landline number, by which own nominations are recognised; null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 32, examples("13800005678"))]
    pub phone: Patch<String>,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password as it is.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub current_password: String,
    /// The password as it is to be.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    #[validate(custom(function = new_password))]
    pub new_password: String,
}

/// Credentials.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 64, examples("wang.fang"))]
    pub username: String,
    /// The password.
    #[schema(min_length = 1, max_length = 128, format = Password, examples("correct-horse-battery-staple"))]
    pub password: String,
}

/// A refresh token to be exchanged or ended.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// As it was given at sign-in or at the last refresh.
    #[schema(min_length = 1, max_length = 128)]
    pub refresh_token: String,
}

/// What a client holds after signing in.
#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    /// A JWT, to be sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(examples("Bearer"))]
    pub token_type: &'static str,
    /// Seconds that the access token lives.
    #[schema(examples(900))]
    pub expires_in: i64,
    /// To be exchanged once for the next pair.
    pub refresh_token: String,
}

impl From<Session> for TokenResponse {
    fn from(session: Session) -> Self {
        Self {
            access_token: session.access_token,
            token_type: "Bearer",
            expires_in: session.expires_in.num_seconds(),
            refresh_token: session.refresh_token,
        }
    }
}
