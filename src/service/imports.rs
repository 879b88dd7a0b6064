//! Importing recommendations: a table is read, judged row by row, staged a slice at a time, and taken in one short step.

mod annotated;
mod digest;
mod finishing;
mod intake;
mod subtree;
mod template;
mod work;

pub use annotated::{Annotated, annotated};
pub use finishing::{finish_taken, forget_staged};
pub use intake::{AT_ONCE_ROWS, ImportOptions, ImportRequest, Started, find_started, import_nominations};
pub use template::template;
pub use work::Counts;

use super::{Caller, Error, Service, operations};
use crate::{
    domain::{id::OperationId, import::RowOutcome},
    storage::{self, staged_rows::StagedRow},
};

/// One page of the rows of an import that the caller has started, in the place in which it was begun.
pub async fn list_rows(
    service: &Service,
    caller: &Caller,
    id: OperationId,
    (outcomes, after): (Vec<RowOutcome>, Option<i32>),
    limit: i64,
) -> Result<Vec<StagedRow>, Error> {
    operations::find_in_place(service, caller, id).await?;
    let read = move |db: &mut storage::Connection| {
        Ok::<_, Error>(storage::staged_rows::list(db, id, (&outcomes, after), limit)?)
    };
    service.store.read(read).await
}
