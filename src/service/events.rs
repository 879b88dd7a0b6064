//! Events on their way: numbered once they are committed, and handed to the streams of this process.

mod feed;
mod reader;
mod told;

pub use feed::{EVERY, Feed, turn};
pub use reader::{Reader, Step, follow};
pub use told::Told;

use chrono::TimeDelta;

/// So long a stream can be taken up again, by the machine's clock.
pub const RESUMABLE: TimeDelta = TimeDelta::days(7);
/// So long events are kept, for webhooks that are to be played again.
pub const KEPT: TimeDelta = TimeDelta::days(90);
