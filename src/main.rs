//! The program: parse the command line, set up the log, run the command.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use mimalloc::MiMalloc;

// The system's allocator keeps what large pictures and sheets were decoded into, and every vote allocates some dozen
// small pieces; this one gives memory back, and is faster.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let command_line = haoren::cli::CommandLine::parse();
    env_logger::Builder::from_env(env_logger::Env::new().filter_or("HAOREN_LOG", "info")).init();
    match command_line.run() {
        Ok(code) => code,
        Err(error) => {
            // Not through the log, which may be off: whoever started the program wants to know why it ended.
            drop(writeln!(std::io::stderr(), "haoren: {error}"));
            ExitCode::FAILURE
        }
    }
}
