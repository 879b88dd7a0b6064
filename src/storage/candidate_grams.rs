//! Pairs of characters of names and summaries, by which `q` finds also names of two characters, on both databases.

use std::collections::BTreeSet;

use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Text},
};
use serde_json::Value;

use super::{Connection, StoreError, schema::candidate_grams};
use crate::domain::text;

/// A text asked for has at most so many pairs that are looked up; a longer one is cut.
const QUERY_GRAMS: usize = 12;

/// Replaces what is known of a candidate.
pub fn replace(connection: &mut Connection, number: i64, texts: &[&str]) -> Result<(), StoreError> {
    diesel::delete(candidate_grams::table.filter(candidate_grams::candidate.eq(number))).execute(connection)?;
    add(connection, number, texts)
}

/// Adds what is known of a candidate of which nothing was.
pub fn add(connection: &mut Connection, number: i64, texts: &[&str]) -> Result<(), StoreError> {
    let grams: BTreeSet<String> = texts.iter().flat_map(|text| of_text(text)).collect();
    // One statement for all, as a candidate has some dozens.
    match connection {
        Connection::Postgres(inner) => {
            let grams: Vec<String> = grams.into_iter().collect();
            sql_query("INSERT INTO candidate_grams (gram, candidate) SELECT unnest($1), $2")
                .bind::<Array<Text>, _>(grams)
                .bind::<BigInt, _>(number)
                .execute(inner)?
        }
        Connection::Sqlite(inner) => {
            let grams = Value::from_iter(grams);
            sql_query(
                "INSERT INTO candidate_grams (gram, candidate) SELECT value, ?2 FROM json_each(?1) ORDER BY value",
            )
            .bind::<Text, _>(grams.to_string())
            .bind::<BigInt, _>(number)
            .execute(inner)?
        }
    };
    Ok(())
}

/// The single characters and the pairs of neighbours of a text, without its white space.
fn of_text(text: &str) -> BTreeSet<String> {
    let characters = searched(text);
    let singles = characters.iter().map(ToString::to_string);
    let pairs = characters.windows(2).map(|pair| pair.iter().collect());
    singles.chain(pairs).collect()
}

/// What a text asked for is looked up by: its pairs, or the one character it has. Nothing for a blank one.
#[must_use]
pub fn of_query(text: &str) -> Vec<String> {
    let characters = searched(text);
    match characters.as_slice() {
        [] => Vec::new(),
        [one] => vec![one.to_string()],
        several => {
            let pairs: BTreeSet<String> = several.windows(2).map(|pair| pair.iter().collect()).collect();
            pairs.into_iter().take(QUERY_GRAMS).collect()
        }
    }
}

fn searched(text: &str) -> Vec<char> {
    text::fold(text).chars().filter(|character| !character.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::{of_query, of_text};

    #[test]
    fn every_part_of_a_text_is_found_by_it() {
        let grams = of_text("阿卜杜拉·艾力 ABC");
        for part in ["阿", "艾力", "卜杜拉", "拉•艾", "ab", "Ｂｃ", "力 a"] {
            assert!(of_query(part).iter().all(|gram| grams.contains(gram)), "{part}");
        }
        for other in ["阿力", "杜卜", "ac"] {
            assert!(!of_query(other).iter().all(|gram| grams.contains(gram)), "{other}");
        }
        assert!(of_query(" \u{3000}").is_empty());
    }
}
