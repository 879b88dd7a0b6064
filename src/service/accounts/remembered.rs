//! What a checked token said, remembered by the token's digest, so that its signature is checked once.
//!
//! Bounded: two generations, of which the older one is forgotten when the younger one is full. What is asked for again in
//! time moves to the younger one, so a token in use stays, and one out of use goes. The whole is in shards, so that
//! threads seldom wait for each other.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};

/// The digest under which a token is remembered: SHA-256 of all its characters, the signature's included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The digest of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

const SHARDS: usize = 32;

/// Values by token, at most a stated number of them in each of two generations.
#[derive(Debug)]
pub struct Remembered<V> {
    shards: [Mutex<Generations<V>>; SHARDS],
    most_in_generation: usize,
}

#[derive(Debug)]
struct Generations<V> {
    young: HashMap<TokenDigest, V>,
    old: HashMap<TokenDigest, V>,
}

impl<V: Clone> Remembered<V> {
    /// Remembers at least the `most` last used, and never more than twice as many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let empty = || Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() });
        Self { shards: std::array::from_fn(|_| empty()), most_in_generation: most.div_ceil(SHARDS).max(1) }
    }

    /// What is remembered of a token.
    #[must_use]
    pub fn find(&self, digest: &TokenDigest) -> Option<V> {
        let (found, _forgotten) = {
            let mut shard = self.shard(digest)?.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = shard.young.get(digest) {
                return Some(found.clone());
            }
            let found = shard.old.remove(digest)?;
            (found.clone(), shard.put(*digest, found, self.most_in_generation))
        };
        Some(found)
    }

    /// Remembers what a token says.
    pub fn insert(&self, digest: TokenDigest, value: V) {
        let _forgotten = self.shard(&digest).map(|shard| {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.put(digest, value, self.most_in_generation)
        });
    }

    fn shard(&self, digest: &TokenDigest) -> Option<&Mutex<Generations<V>>> {
        let [first, ..] = digest.0;
        self.shards.get(usize::from(first) % SHARDS)
    }
}

impl<V> Generations<V> {
    /// Puts a value into the younger generation. Returns the one that is forgotten for it, to be freed when the shard is
    /// no longer held.
    fn put(&mut self, digest: TokenDigest, value: V, most: usize) -> Option<HashMap<TokenDigest, V>> {
        let is_full = self.young.len() >= most;
        let forgotten = is_full.then(|| std::mem::replace(&mut self.old, std::mem::take(&mut self.young)));
        self.young.insert(digest, value);
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn digest(number: usize) -> TokenDigest {
        TokenDigest::of(&number.to_string())
    }

    fn size(remembered: &Remembered<usize>) -> usize {
        let size = |shard: &Mutex<Generations<usize>>| {
            let shard = shard.lock().unwrap();
            shard.young.len() + shard.old.len()
        };
        remembered.shards.iter().map(size).sum()
    }

    #[test]
    fn it_never_holds_more_than_two_generations() {
        let remembered = Remembered::new(320);
        for number in 0..10_000 {
            remembered.insert(digest(number), number);
            assert!(size(&remembered) <= 640);
        }
        assert_eq!(remembered.find(&digest(9_999)), Some(9_999));
        assert_eq!(remembered.find(&digest(0)), None);
    }

    #[test]
    fn what_is_asked_for_stays_while_strangers_pass_by() {
        let remembered = Remembered::new(320);
        remembered.insert(digest(0), 0);
        for number in 1..10_000 {
            remembered.insert(digest(number), number);
            if number % 5 == 0 {
                assert_eq!(remembered.find(&digest(0)), Some(0), "after {number}");
            }
        }
    }

    #[test]
    fn the_same_token_is_remembered_once() {
        let remembered = Remembered::new(10);
        for value in 0..1_000 {
            remembered.insert(digest(7), value);
        }
        assert_eq!((remembered.find(&digest(7)), size(&remembered) <= 2), (Some(999), true));
    }

    #[test]
    fn many_threads_find_what_they_put() {
        let remembered = Arc::new(Remembered::new(100_000));
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let remembered = Arc::clone(&remembered);
                std::thread::spawn(move || {
                    for number in (thread * 5_000)..(thread + 1) * 5_000 {
                        remembered.insert(digest(number), number);
                        assert_eq!(remembered.find(&digest(number)), Some(number));
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!((0..20_000).all(|number| remembered.find(&digest(number)) == Some(number)));
    }
}
