//! Raising signals: each is raised once, told of once, and its figures follow the votes.

use serde_json::json;

use crate::{
    domain::{
        month::Month,
        signal::{Figures, SignalKind, Subject},
    },
    service::{
        Caller, Error,
        clock::Clocks,
        generator,
        record::{self, Deed, Place},
    },
    storage::{
        self, Connection,
        signals::SignalRow,
        sql_values::{At, Stored},
    },
};

/// A signal with the first and last of its votes.
pub type Raised = (Subject, (i64, i64), Figures);

/// Raises a signal, or brings the one that was raised for the same subject up to date.
pub fn raise(
    clocks: &Clocks,
    db: &mut Connection,
    month: Month,
    (subject, (first_seq, last_seq), figures): Raised,
) -> Result<(), Error> {
    let row = SignalRow {
        id: generator::new_id(clocks)?,
        cycle: month,
        kind: subject.kind(),
        subject: subject.key(),
        first_seq,
        last_seq,
        figures: Stored(figures),
        raised_at: At(clocks.campaign()),
        // A person has one vote: what repeats it is held back without being asked for.
        to_be_held: subject.kind() == SignalKind::SamePerson,
    };
    let id = row.id;
    if storage::signals::raise(db, row)? {
        let deed =
            Deed::new("signal.raised", "signal", id).with(json!({ "cycle": month, "kind": subject.kind().as_str() }));
        record::audit(clocks, db, &Caller::default(), &deed)?;
        record::announce(clocks, db, &deed, Place { cycle: Some(month), ..Place::default() })?;
    }
    Ok(())
}
