//! What every test stands on: the real server on a free port, a database of its own, clocks under control.

mod app;
mod candidates;
mod client;
mod contenders;
pub mod database;
mod people;
mod program;
mod promised;
pub mod provider;

pub use app::App;
pub use candidates::{Change, Staff, photo_content};
pub use client::{Client, Reply};
pub use people::Tree;
pub use program::{Running, program};

/// Makes of each function a module with the tests `sqlite` and `postgres`, run against a fresh server each.
macro_rules! both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: $App:ident) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(clippy::allow_attributes, unused_imports, reason = "not every test needs all that its file does")]
            use super::*;

            async fn body($app: $App) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($App::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($App::on_postgres().await).await;
            }
        }
    )*};
}
