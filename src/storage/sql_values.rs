//! How the domain's values are written to and read from the databases' native types.

use std::{fmt::Debug, io::Write};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Binary, Integer, Jsonb, Text, Timestamptz, Uuid as PgUuid},
    sqlite::Sqlite,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::{
    connection::MultiBackend,
    sql_types::{Id, Instant, JsonValue},
};
use crate::domain::{self, id, text_enum::TextEnum};

/// Reading and writing through the enum of connections hands over to the connection in use.
macro_rules! read_through_both {
    ($rust:ty, $sql:ident) => {
        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<$rust, $sql>()
            }
        }
    };
}
macro_rules! written_through_both {
    ($rust:ty, $sql:ident) => {
        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    };
}

macro_rules! identifiers {
    ($($name:ident)*) => {$(
        const _: () = {
            #[derive(AsExpression, FromSqlRow)]
            #[diesel(foreign_derive, sql_type = Id)]
            #[expect(dead_code, reason = "carries the derives for a type of another layer")]
            struct Proxy(id::$name);
        };
        impl FromSql<Id, Pg> for id::$name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<PgUuid, Pg>>::from_sql(bytes).map(Self)
            }
        }
        impl FromSql<Id, Sqlite> for id::$name {
            fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(bytes)?;
                Ok(Self(Uuid::from_slice(&bytes)?))
            }
        }
        impl ToSql<Id, Pg> for id::$name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <Uuid as ToSql<PgUuid, Pg>>::to_sql(&self.0, out)
            }
        }
        impl ToSql<Id, Sqlite> for id::$name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.0.as_bytes().as_slice());
                Ok(IsNull::No)
            }
        }
        read_through_both!(id::$name, Id);
        written_through_both!(id::$name, Id);
    )*};
}
identifiers! {
    UserId OrganizationId CandidateId NominationId PhotoId ReviewId TransitionId BatchId ObjectionId HonoreeId HonourId
    TokenId AuditId EventId AmendmentId VerificationId AttachmentId ChannelId LeadId MergeId OperationId
    StudyRecordId CommentId NotificationId SignalId QuarantineId WebhookId DeliveryId
    OutsideHonourId HonoreeMergerId PoolEntryId PoolRecommendationId PoolStepId
    LeadershipId DelegationId
    PublicityId AnnouncementId
    VisitId AssistanceId CareTermId AlarmId
    CertificatePrintId
}

/// A UUID of any kind of thing on its way into an `Id` column. (It is read as a plain `Uuid`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression)]
#[diesel(sql_type = Id)]
pub struct AnyId(pub Uuid);

/// A moment on its way into an `Instant` column. (It is read as a plain `DateTime<Utc>`.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct At(pub DateTime<Utc>);

impl From<DateTime<Utc>> for At {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment)
    }
}

impl FromSql<Id, Pg> for Uuid {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        <Self as FromSql<PgUuid, Pg>>::from_sql(bytes)
    }
}
impl FromSql<Id, Sqlite> for Uuid {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(bytes)?;
        Ok(Self::from_slice(&bytes)?)
    }
}
impl ToSql<Id, Pg> for AnyId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<PgUuid, Pg>>::to_sql(&self.0, out)
    }
}
impl ToSql<Id, Sqlite> for AnyId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}
read_through_both!(Uuid, Id);
written_through_both!(AnyId, Id);

impl FromSql<Instant, Pg> for DateTime<Utc> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        <Self as FromSql<Timestamptz, Pg>>::from_sql(bytes)
    }
}
impl FromSql<Instant, Sqlite> for DateTime<Utc> {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(bytes)?;
        Self::from_timestamp_micros(micros).ok_or_else(|| format!("{micros} µs is no moment").into())
    }
}
impl<DB: Backend> FromSql<Instant, DB> for At
where
    DateTime<Utc>: FromSql<Instant, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        DateTime::from_sql(bytes).map(Self)
    }
}
impl ToSql<Instant, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<Timestamptz, Pg>>::to_sql(&self.0, out)
    }
}
impl ToSql<Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}
read_through_both!(DateTime<Utc>, Instant);
written_through_both!(At, Instant);

/// Any serializable value of the domain in a JSON column: `Stored(policy)`.
///
/// What was written must be readable again; a value that is not is an error, never a default.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = JsonValue)]
pub struct Stored<T: Debug>(pub T);

impl<T: DeserializeOwned + Debug> FromSql<JsonValue, Pg> for Stored<T> {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let value = <Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_value(value)?))
    }
}
impl<T: DeserializeOwned + Debug> FromSql<JsonValue, Sqlite> for Stored<T> {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_slice(&bytes)?))
    }
}
impl<T: DeserializeOwned + Debug> FromSql<JsonValue, MultiBackend> for Stored<T> {
    fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        bytes.from_sql::<Self, JsonValue>()
    }
}
impl<T: Serialize + Debug> ToSql<JsonValue, Pg> for Stored<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // The first byte is the version of PostgreSQL's binary form of jsonb.
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl<T: Serialize + Debug> ToSql<JsonValue, Sqlite> for Stored<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_vec(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: Serialize + Debug + Send + Sync + 'static> ToSql<JsonValue, MultiBackend> for Stored<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((JsonValue, self));
        Ok(IsNull::No)
    }
}

/// Enums of the domain are text, held by a `CHECK`; an unknown text is an error.
macro_rules! text_enums {
    ($($name:ty),* $(,)?) => {$(
        const _: () = {
            #[derive(AsExpression, FromSqlRow)]
            #[diesel(foreign_derive, sql_type = Text)]
            #[expect(dead_code, reason = "carries the derives for a type of another layer")]
            struct Proxy($name);
        };
        impl<DB> FromSql<Text, DB> for $name
        where
            DB: Backend,
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(String::from_sql(bytes)?.parse()?)
            }
        }
        impl ToSql<Text, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <str as ToSql<Text, Pg>>::to_sql(TextEnum::as_str(*self), out)
            }
        }
        impl ToSql<Text, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                <str as ToSql<Text, Sqlite>>::to_sql(TextEnum::as_str(*self), out)
            }
        }
        impl ToSql<Text, MultiBackend> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((Text, TextEnum::as_str(*self)));
                Ok(IsNull::No)
            }
        }
    )*};
}
text_enums! {
    domain::announcement::AnnouncementKind,
    domain::batch::BatchStatus,
    domain::batch::ItemStatus,
    domain::candidate::Channel,
    domain::candidate::Gender,
    domain::candidate::Status,
    domain::candidate::Subject,
    domain::candidate::Visibility,
    domain::comment::CommentStatus,
    domain::comment::HoldReason,
    domain::comment::ModerationDecision,
    domain::comment::ReportKind,
    domain::consent::ConsentMethod,
    domain::consent::GivenBy,
    domain::document::DocumentType,
    domain::event::EventKind,
    domain::lead::LeadStatus,
    domain::merger::ItemKind,
    domain::import::RowOutcome,
    domain::notification::NotificationKind,
    domain::objection::ObjectionStatus,
    domain::operation::OperationKind,
    domain::operation::OperationStatus,
    domain::organization::OrganizationKind,
    domain::package::CorrectionKind,
    domain::package::PackageFailure,
    domain::package::PackageStatus,
    domain::photo::PhotoType,
    domain::policy::ResultSource,
    domain::publicity::PublicityKind,
    domain::quarantine::QuarantineStatus,
    domain::role::Role,
    domain::review::Decision,
    domain::signal::SignalKind,
    domain::stage::StageCode,
    domain::transition::Action,
    domain::verification::Finding,
    domain::verification::VerificationMethod,
    domain::vote_log::EndedBecause,
    domain::webhook::AttemptFailure,
    domain::statistics::Level,
    domain::webhook::DeliveryStatus,
    domain::webhook::PauseReason,
    domain::webhook::WebhookStatus,
    domain::outside_honour::HonourLevel,
    domain::pool::EntryCause,
    domain::pool::LeftCause,
    domain::pool::RecommendationLevel,
    domain::pool::RecommendationStatus,
    domain::pool::StepKind,
    domain::aftercare::contact::Level,
    domain::aftercare::contact::LossCause,
    domain::aftercare::plan::DueReason,
    domain::assistance::AssistanceKind,
    domain::assistance::AssistanceStatus,
    domain::assistance::FundSource,
    domain::care::ContactOf,
    domain::care::ClosedBecause,
    domain::visit::VisitKind,
}

/// Values of the domain that are kept as a built-in SQL type, with a way there and back.
macro_rules! kept_as {
    ($($name:ty as $sql:ident ($raw:ty): $read:expr, $write:expr;)*) => {$(
        const _: () = {
            #[derive(AsExpression, FromSqlRow)]
            #[diesel(foreign_derive, sql_type = $sql)]
            #[expect(dead_code, reason = "carries the derives for a type of another layer")]
            struct Proxy($name);
        };
        impl<DB> FromSql<$sql, DB> for $name
        where
            DB: Backend,
            $raw: FromSql<$sql, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let read: fn($raw) -> deserialize::Result<Self> = $read;
                read(<$raw>::from_sql(bytes)?)
            }
        }
        impl ToSql<$sql, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let write: fn(&Self) -> $raw = $write;
                <$raw as ToSql<$sql, Pg>>::to_sql(&write(self), &mut out.reborrow())
            }
        }
        impl ToSql<$sql, Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let write: fn(&Self) -> $raw = $write;
                out.set_value(write(self));
                Ok(IsNull::No)
            }
        }
        impl ToSql<$sql, MultiBackend> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    )*};
}

kept_as! {
    domain::month::Month as Integer (i32): |number| domain::month::Month::from_number(number).ok_or_else(|| format!("{number} is no month").into()), |month| month.number();
    domain::category::CategoryCode as Text (String): |code| Ok(code.parse()?), |code| code.as_str().to_owned();
    OnDay as Integer (i32): |number| OnDay::from_number(number).ok_or_else(|| format!("{number} is no day").into()), |day| day.number();
}

/// A local day in an `Integer` column, as a number that is read and compared: 20261127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OnDay(pub NaiveDate);

impl OnDay {
    /// The day as it is stored.
    #[must_use]
    pub fn number(self) -> i32 {
        let month_and_day = i32::try_from(self.0.month() * 100 + self.0.day()).unwrap_or_default();
        self.0.year().saturating_mul(10_000).saturating_add(month_and_day)
    }

    /// The first and the last day of a year; `None` for one beyond the calendar.
    #[must_use]
    pub fn of_year(year: i32) -> Option<(Self, Self)> {
        Some((Self(NaiveDate::from_ymd_opt(year, 1, 1)?), Self(NaiveDate::from_ymd_opt(year, 12, 31)?)))
    }

    /// The day of a stored number; `None` where it is none.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        let part = |number: i32| u32::try_from(number).ok();
        let (year, rest) = (number.div_euclid(10_000), number.rem_euclid(10_000));
        NaiveDate::from_ymd_opt(year, part(rest / 100)?, part(rest % 100)?).map(Self)
    }
}
