//! Voters: the number by which an account, or the subject of another identity provider, votes.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
    sqlite::Sqlite,
};

use super::{
    Connection, StoreError,
    prepared::{json_ids, prepared},
    schema::voters,
    sql_types::{Id, Instant},
    sql_values::At,
};
use crate::domain::{
    id::{OrganizationId, UserId},
    role::Role,
};

/// How an account stands as a voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub user: UserId,
    /// What it may do.
    pub role: Role,
    /// Where it belongs.
    pub organization: Option<OrganizationId>,
    /// Whether it is open.
    pub active: bool,
    /// Grows with everything that ends tokens.
    pub auth_version: i64,
    /// The number it votes by; none before its first vote.
    pub voter: Option<i64>,
}

type StandingRow = (UserId, Role, Option<OrganizationId>, bool, i64, Option<i64>);

impl From<StandingRow> for Standing {
    fn from((user, role, organization, active, auth_version, voter): StandingRow) -> Self {
        Self { user, role, organization, active, auth_version, voter }
    }
}

/// How these accounts stand now, in no order; those that do not exist are left out.
pub fn standings(connection: &mut Connection, accounts: &[UserId]) -> Result<Vec<Standing>, StoreError> {
    let rows: Vec<StandingRow> = match connection {
        Connection::Postgres(inner) => Standings { accounts }.load(inner)?,
        Connection::Sqlite(inner) => {
            SqliteStandings { accounts: &json_ids(accounts.iter().map(|account| account.0)) }.load(inner)?
        }
    };
    Ok(rows.into_iter().map(Standing::from).collect())
}

/// The number by which an account votes, if it has voted.
pub fn find(connection: &mut Connection, account: UserId) -> Result<Option<i64>, StoreError> {
    Ok(voters::table.filter(voters::user_id.eq(account)).select(voters::id).first(connection).optional()?)
}

/// Gives these accounts numbers as voters, unless another process has just done so; all that exist then come back.
pub fn insert(
    connection: &mut Connection,
    accounts: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<(UserId, i64)>, StoreError> {
    let mut made: Vec<(Option<UserId>, i64)> = match connection {
        Connection::Postgres(inner) => NewVoters { accounts, now: At(now) }.load(inner)?,
        Connection::Sqlite(inner) => {
            let accounts = json_ids(accounts.iter().map(|account| account.0));
            NewSqliteVoters { accounts: &accounts, now: At(now) }.load(inner)?
        }
    };
    if made.len() < accounts.len() {
        let missing = accounts.iter().filter(|account| !made.iter().any(|(known, _)| *known == Some(**account)));
        let missing: Vec<UserId> = missing.copied().collect();
        let others = voters::table.filter(voters::user_id.eq_any(missing));
        made.extend(others.select((voters::user_id, voters::id)).load::<(Option<UserId>, i64)>(connection)?);
    }
    Ok(made.into_iter().filter_map(|(account, number)| Some((account?, number))).collect())
}

/// Accounts that vote for the first time.
struct NewVoters<'a> {
    accounts: &'a [UserId],
    now: At,
}

prepared!(NewVoters => (Nullable<Id>, BigInt));

impl QueryFragment<Pg> for NewVoters<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO voters (user_id, created_at) SELECT account, ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(" FROM UNNEST(");
        out.push_bind_param::<Array<Id>, _>(self.accounts)?;
        out.push_sql(") AS account ON CONFLICT DO NOTHING RETURNING user_id, id");
        Ok(())
    }
}

/// The same on SQLite.
struct NewSqliteVoters<'a> {
    accounts: &'a str,
    now: At,
}

prepared!(NewSqliteVoters => (Nullable<Id>, BigInt));

impl QueryFragment<Sqlite> for NewSqliteVoters<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO voters (user_id, created_at) SELECT unhex(account.value), ");
        out.push_bind_param::<Instant, _>(&self.now)?;
        out.push_sql(" FROM json_each(");
        out.push_bind_param::<Text, _>(self.accounts)?;
        // Without a condition SQLite takes the conflict clause for that of a join.
        out.push_sql(") AS account WHERE true ON CONFLICT DO NOTHING RETURNING user_id, id");
        Ok(())
    }
}

/// The accounts with their numbers as voters, each looked up by the keys however small the tables were when this was planned.
struct Standings<'a> {
    accounts: &'a [UserId],
}

type StandingColumns = (Id, Text, Nullable<Id>, Bool, BigInt, Nullable<BigInt>);

prepared!(Standings => StandingColumns);

impl QueryFragment<Pg> for Standings<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT account.id, account.role, account.organization_id, account.active, account.auth_version, voter.id \
             FROM UNNEST(",
        );
        out.push_bind_param::<Array<Id>, _>(self.accounts)?;
        out.push_sql(
            ") AS asked (id) CROSS JOIN LATERAL (SELECT * FROM users WHERE users.id = asked.id OFFSET 0) AS account \
             LEFT JOIN LATERAL (SELECT voters.id FROM voters WHERE voters.user_id = asked.id OFFSET 0) AS voter ON true",
        );
        Ok(())
    }
}

/// The same on SQLite.
struct SqliteStandings<'a> {
    accounts: &'a str,
}

prepared!(SqliteStandings => StandingColumns);

impl QueryFragment<Sqlite> for SqliteStandings<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT users.id, users.role, users.organization_id, users.active, users.auth_version, voters.id \
             FROM json_each(",
        );
        out.push_bind_param::<Text, _>(self.accounts)?;
        out.push_sql(
            ") AS account CROSS JOIN users ON users.id = unhex(account.value) \
             LEFT JOIN voters ON voters.user_id = users.id",
        );
        Ok(())
    }
}
