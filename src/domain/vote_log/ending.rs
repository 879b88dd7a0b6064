//! Why a log had to begin anew.

use super::{checkpoint::Checkpoint, merkle::Hash};

text_enum! {
    /// Why an origin of a log ended and the next one began.
    pub enum EndedBecause {
        /// The database was behind the last published head: a backup was brought back.
        Behind = "behind",
        /// The database reaches as far as the last published head, but by another way.
        Diverged = "diverged",
        /// The key that signed the last published head is not this database's.
        KeyChanged = "key_changed",
    }
}

/// What the database says of a log.
#[derive(Clone, Debug)]
pub struct Present<'a> {
    /// The number of the origin in use.
    pub number: i32,
    /// That origin, as heads name it.
    pub origin: &'a str,
    /// Entries in the tree.
    pub size: u64,
}

/// Whether the log must begin a new origin, as its next head would contradict the last one that was published under the
/// origin with the number given. `root_at` tells the root of so many of the present entries, and is asked for no more
/// than there are.
pub fn must_end<E>(
    (number, published): (i32, &Checkpoint),
    present: &Present<'_>,
    root_at: impl FnOnce(u64) -> Result<Hash, E>,
) -> Result<Option<EndedBecause>, E> {
    // What was published under an earlier origin has ended already.
    if number < present.number {
        return Ok(None);
    }
    if number > present.number {
        return Ok(Some(EndedBecause::Behind));
    }
    if published.origin != present.origin {
        return Ok(Some(EndedBecause::KeyChanged));
    }
    if published.size > present.size {
        return Ok(Some(EndedBecause::Behind));
    }
    let is_on_path = root_at(published.size)? == published.root;
    Ok((!is_on_path).then_some(EndedBecause::Diverged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_ends_where_the_next_head_would_contradict() {
        let head = |origin: &str, size| Checkpoint { origin: origin.to_owned(), size, root: [1; 32], signed_at: None };
        let present = Present { number: 2, origin: "two", size: 10 };
        let cases = [
            (1, head("one", 99), [9; 32], None),
            (2, head("two", 10), [1; 32], None),
            (2, head("two", 3), [1; 32], None),
            (2, head("two", 3), [9; 32], Some(EndedBecause::Diverged)),
            (2, head("two", 11), [1; 32], Some(EndedBecause::Behind)),
            (2, head("other", 3), [1; 32], Some(EndedBecause::KeyChanged)),
            (3, head("three", 3), [1; 32], Some(EndedBecause::Behind)),
        ];
        for (number, published, root, expected) in cases {
            let asked = must_end((number, &published), &present, |size| {
                assert!(size <= present.size);
                Ok::<_, ()>(root)
            });
            assert_eq!(asked, Ok(expected), "{number} {published:?}");
        }
    }
}
