//! The real program, as its user starts it.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// The program on a data folder and a free port, with nothing of this environment.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_haoren"));
    command.env_clear().env("HAOREN_DATA_DIR", folder).env("HAOREN_BIND", "127.0.0.1:0").env("HAOREN_LOG", "warn");
    command.env("HAOREN_PASSWORD_MEMORY_KIB", "8").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server of the real program, killed when it is dropped.
pub struct Running {
    /// The process.
    pub child: Child,
    /// What it printed until it served.
    pub printed: String,
    /// Kept open: a program whose output nobody takes ends.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts it and waits until it serves.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        while !printed.contains("/docs\n") {
            printed.push_str(&lines.next().expect("the server ended before it served").unwrap());
            printed.push('\n');
        }
        Self { child, printed, _output: lines }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn base(&self) -> &str {
        self.printed.split("haoren serves ").nth(1).unwrap().split(' ').next().unwrap()
    }

    /// Ends it at once, as a power failure would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
