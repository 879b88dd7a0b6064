//! How far the demo is: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows progress to whoever waits.
pub struct Progress {
    shown: Shown,
    done: usize,
    steps: usize,
}

enum Shown {
    Bar(ProgressBar),
    Lines,
    Nothing,
}

impl Progress {
    /// Progress over so many steps.
    #[must_use]
    pub fn over(steps: usize) -> Self {
        let shown = if stderr().is_terminal() { Shown::Bar(bar(steps)) } else { Shown::Lines };
        Self { shown, done: 0, steps }
    }

    /// No progress is shown, for tests.
    #[must_use]
    pub const fn none() -> Self {
        Self { shown: Shown::Nothing, done: 0, steps: 0 }
    }

    /// One step done, in this phase.
    pub(super) fn step(&mut self, phase: &'static str) {
        let tenths = |done: usize| (done * 10).checked_div(self.steps).unwrap_or_default();
        let before = tenths(self.done);
        self.done += 1;
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_message(phase);
                bar.inc(1);
            }
            Shown::Lines if tenths(self.done) > before => log::info!("{} %  {phase}", tenths(self.done) * 10),
            Shown::Lines | Shown::Nothing => {}
        }
    }

    /// All is done.
    pub fn finish(self) {
        if let Shown::Bar(bar) = self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:36}] {pos}/{len}  {msg}");
    let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "))
}
