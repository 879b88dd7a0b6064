//! Who does something, and in whose place. The rules about persons hold for both, while it lasts and afterwards.

use super::id::UserId;

/// Somebody who acts, in the own name or in another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who does it.
    pub id: UserId,
    /// Who is away, where it is done in somebody's place.
    pub on_behalf_of: Option<UserId>,
}

impl Actor {
    /// Both persons.
    pub fn persons(self) -> impl Iterator<Item = UserId> {
        std::iter::once(self.id).chain(self.on_behalf_of)
    }

    /// Whether the two have a person in common, so that four eyes would not be four.
    #[must_use]
    pub fn shares_person_with(self, other: Self) -> bool {
        self.persons().any(|person| other.persons().any(|one| one == person))
    }
}

impl From<UserId> for Actor {
    fn from(id: UserId) -> Self {
        Self { id, on_behalf_of: None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn actor(id: u128, on_behalf_of: Option<u128>) -> Actor {
        let user = |number| UserId(Uuid::from_u128(number));
        Actor { id: user(id), on_behalf_of: on_behalf_of.map(user) }
    }

    #[test]
    fn neither_of_two_is_another_person() {
        for (one, other, shared) in [
            (actor(1, None), actor(1, None), true),
            (actor(1, None), actor(2, None), false),
            // Who proposed stands in for somebody else, and somebody stands in for who proposed.
            (actor(1, None), actor(1, Some(2)), true),
            (actor(1, None), actor(3, Some(1)), true),
            // Somebody proposed in one's place, and one is back; or somebody else stands in now.
            (actor(3, Some(1)), actor(1, None), true),
            (actor(3, Some(1)), actor(4, Some(1)), true),
            (actor(3, Some(1)), actor(3, None), true),
            (actor(3, Some(1)), actor(4, Some(2)), false),
            (actor(3, Some(1)), actor(2, None), false),
        ] {
            assert_eq!(one.shares_person_with(other), shared, "{one:?} {other:?}");
        }
    }

    proptest! {
        #[test]
        fn it_holds_both_ways(a in 0_u128..4, b in prop::option::of(0_u128..4), c in 0_u128..4, d in prop::option::of(0_u128..4)) {
            let (one, other) = (actor(a, b), actor(c, d));
            prop_assert_eq!(one.shares_person_with(other), other.shares_person_with(one));
            prop_assert!(one.shares_person_with(one));
        }
    }
}
