//! Roles on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::role::Role;

macro_rules! mirrored {
    ($(#[$doc:meta])* $wire:ident = $domain:ty { $($(#[$variant_doc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $wire {
            $($(#[$variant_doc])* $variant,)*
        }
        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                match value {
                    $(<$domain>::$variant => Self::$variant,)*
                }
            }
        }
        impl From<$wire> for $domain {
            fn from(value: $wire) -> Self {
                match value {
                    $($wire::$variant => Self::$variant,)*
                }
            }
        }
    };
}

pub(crate) use mirrored;

mirrored! {
    /// What an account may do.
    RoleName = Role {
        /// Recommends, votes, comments, studies.
        Citizen,
        /// Verifies for a unit.
        UnitReviewer,
        /// Endorses for a district.
        DistrictReviewer,
        /// Screens, forwards and publishes for the city.
        CityReviewer,
        /// The provincial portal's service account.
        Portal,
        /// Keeps accounts, organizations and reference data.
        Admin,
    }
}
