//! Voters whom another identity provider vouches for. One person may have several rows, one for each account there; they
//! share the keyed hash of the person, and the vote is the first row's.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Binary, Nullable, Text},
};

use super::{Connection, StoreError, prepared::prepared, schema::voters, sql_types::Instant, sql_values::At};

/// An account at another identity provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The provider.
    pub issuer: String,
    /// Keyed hash of the account there.
    pub hash: Vec<u8>,
}

/// A voter's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: i64,
    /// The account.
    pub subject: Subject,
    /// Keyed hash of the person, once a provider has told it.
    pub person: Option<Vec<u8>>,
}

type KnownRow = (i64, Option<String>, Option<Vec<u8>>, Option<Vec<u8>>);

const COLUMNS: (voters::id, voters::issuer, voters::subject_hash, voters::person_hash) =
    (voters::id, voters::issuer, voters::subject_hash, voters::person_hash);

fn read(rows: Vec<KnownRow>) -> Vec<Known> {
    let read = |(number, issuer, hash, person)| {
        Some(Known { number, subject: Subject { issuer: issuer?, hash: hash? }, person })
    };
    rows.into_iter().filter_map(read).collect()
}

/// The rows of these accounts, in no order; those that have not voted are left out.
pub fn find(connection: &mut Connection, subjects: &[Subject]) -> Result<Vec<Known>, StoreError> {
    let rows = match connection {
        Connection::Postgres(inner) => FindSubjects::of(subjects).load(inner)?,
        Connection::Sqlite(inner) => {
            let each = subjects.iter().map(|subject| {
                let of = voters::issuer.eq(&subject.issuer).and(voters::subject_hash.eq(&subject.hash));
                voters::table.filter(of).select(COLUMNS).first(inner).optional()
            });
            each.filter_map(Result::transpose).collect::<QueryResult<_>>()?
        }
    };
    Ok(read(rows))
}

/// All rows of these persons, in no order.
pub fn of_persons(connection: &mut Connection, persons: &[Vec<u8>]) -> Result<Vec<Known>, StoreError> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let of = voters::table.filter(voters::person_hash.eq_any(persons.to_vec()));
    Ok(read(of.select(COLUMNS).load(connection)?))
}

/// Gives accounts with what is known of their persons numbers; those that have been given one meanwhile are left out.
pub fn insert(
    connection: &mut Connection,
    new: &[(Subject, Option<Vec<u8>>)],
    now: DateTime<Utc>,
) -> Result<Vec<Known>, StoreError> {
    let rows = match connection {
        Connection::Postgres(inner) => InsertSubjects::of(new, At(now)).load(inner)?,
        Connection::Sqlite(inner) => {
            let each = new.iter().map(|(subject, person)| {
                diesel::insert_into(voters::table)
                    .values((
                        voters::issuer.eq(Some(&subject.issuer)),
                        voters::subject_hash.eq(Some(&subject.hash)),
                        voters::person_hash.eq(person.as_ref()),
                        voters::created_at.eq(At(now)),
                    ))
                    .on_conflict_do_nothing()
                    .returning(COLUMNS)
                    .get_result(inner)
                    .optional()
            });
            each.filter_map(Result::transpose).collect::<QueryResult<_>>()?
        }
    };
    Ok(read(rows))
}

/// Notes whose row it is, once a provider has told it; what was told first stands.
pub fn set_person(connection: &mut Connection, number: i64, person: &[u8]) -> Result<(), StoreError> {
    let target = voters::table.filter(voters::id.eq(number)).filter(voters::person_hash.is_null());
    diesel::update(target).set(voters::person_hash.eq(Some(person))).execute(connection)?;
    Ok(())
}

struct FindSubjects<'a> {
    issuers: Vec<&'a str>,
    hashes: Vec<&'a [u8]>,
}

impl<'a> FindSubjects<'a> {
    fn of(subjects: &'a [Subject]) -> Self {
        let (issuers, hashes) =
            subjects.iter().map(|subject| (subject.issuer.as_str(), subject.hash.as_slice())).unzip();
        Self { issuers, hashes }
    }
}

type KnownColumns = (BigInt, Nullable<Text>, Nullable<Binary>, Nullable<Binary>);

prepared!(FindSubjects => KnownColumns);

impl QueryFragment<Pg> for FindSubjects<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT found.id, found.issuer, found.subject_hash, found.person_hash FROM UNNEST(");
        out.push_bind_param::<Array<Text>, _>(&self.issuers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.hashes)?;
        // Each is looked up by the key, however small the table was when this was planned.
        out.push_sql(
            ") AS asked (by, hash) CROSS JOIN LATERAL (SELECT * FROM voters \
             WHERE issuer = asked.by AND subject_hash = asked.hash OFFSET 0) AS found",
        );
        Ok(())
    }
}

struct InsertSubjects<'a> {
    issuers: Vec<&'a str>,
    hashes: Vec<&'a [u8]>,
    persons: Vec<Option<&'a [u8]>>,
    now: At,
}

impl<'a> InsertSubjects<'a> {
    fn of(new: &'a [(Subject, Option<Vec<u8>>)], now: At) -> Self {
        Self {
            issuers: new.iter().map(|(subject, _)| subject.issuer.as_str()).collect(),
            hashes: new.iter().map(|(subject, _)| subject.hash.as_slice()).collect(),
            persons: new.iter().map(|(_, person)| person.as_deref()).collect(),
            now,
        }
    }
}

prepared!(InsertSubjects => KnownColumns);

impl QueryFragment<Pg> for InsertSubjects<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO voters (issuer, subject_hash, person_hash, created_at) SELECT new.*, ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(" FROM UNNEST(");
        out.push_bind_param::<Array<Text>, _>(&self.issuers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.hashes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Binary>>, _>(&self.persons)?;
        out.push_sql(") AS new ON CONFLICT DO NOTHING RETURNING id, issuer, subject_hash, person_hash");
        Ok(())
    }
}
