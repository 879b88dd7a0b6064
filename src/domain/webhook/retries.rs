//! When an attempt that has failed is made again.

use std::{fmt, str::FromStr};

use chrono::TimeDelta;

/// The pauses before each further attempt, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retries(Vec<i64>);

/// By so much of itself a pause may be longer, so that those who failed together do not come back together.
const MOST_JITTER: f64 = 0.2;
/// A receiver that asks for time is given so much of it at most.
const MOST_ASKED: TimeDelta = TimeDelta::hours(1);

impl Default for Retries {
    /// The table that Standard Webhooks recommends: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
    fn default() -> Self {
        Self([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(|seconds| seconds * 1_000).to_vec())
    }
}

impl Retries {
    /// The pause after so many failures, or none when it is time to give up. `chance` is from 0 to 1, and `asked` what the receiver has asked for.
    #[must_use]
    pub fn pause(&self, failures: i32, chance: f64, asked: Option<TimeDelta>) -> Option<TimeDelta> {
        let index = usize::try_from(failures.checked_sub(1)?).ok()?;
        let millis = *self.0.get(index)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "a share of a day in milliseconds"
        )]
        let jitter = (millis as f64 * MOST_JITTER * chance.clamp(0.0, 1.0)) as i64;
        let pause = TimeDelta::milliseconds(millis + jitter);
        Some(asked.map_or(pause, |asked| pause.max(asked.min(MOST_ASKED))))
    }
}

impl FromStr for Retries {
    type Err = String;

    /// Seconds, separated by commas: `5,300,1800`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no list of seconds such as 5,300,1800");
        let millis = |part: &str| {
            let seconds: f64 = part.trim().parse().map_err(|_| wrong())?;
            #[expect(clippy::cast_possible_truncation, reason = "it is at most a week")]
            let millis = (seconds * 1000.0) as i64;
            if (0.0..=604_800.0).contains(&seconds) { Ok(millis) } else { Err(wrong()) }
        };
        let pauses: Vec<i64> = text.split(',').map(millis).collect::<Result<_, _>>()?;
        if pauses.len() <= 100 { Ok(Self(pauses)) } else { Err("at most 100 pauses are taken".to_owned()) }
    }
}

impl fmt::Display for Retries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |millis: &i64| {
            let (whole, rest) = (millis / 1000, millis % 1000);
            if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}") }
        };
        f.write_str(&self.0.iter().map(seconds).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_followed_to_its_end() {
        let retries = Retries::default();
        let seconds = |failures| retries.pause(failures, 0.0, None).map(|pause| pause.num_seconds());
        let pauses: Vec<Option<i64>> = (0..=10).map(seconds).collect();
        let table = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(Some);
        assert_eq!(pauses, [&[None][..], &table, &[None]].concat());
    }

    #[test]
    fn chance_lengthens_and_the_receiver_may_ask_for_more() {
        let retries = Retries::default();
        assert_eq!(retries.pause(2, 1.0, None), Some(TimeDelta::seconds(360)));
        assert_eq!(retries.pause(1, 0.0, Some(TimeDelta::seconds(60))), Some(TimeDelta::seconds(60)));
        assert_eq!(retries.pause(1, 0.0, Some(TimeDelta::days(60))), Some(MOST_ASKED));
        assert_eq!(retries.pause(9, 0.0, Some(TimeDelta::seconds(60))), Some(TimeDelta::hours(24)));
    }

    #[test]
    fn a_table_is_read_and_shown() {
        for text in ["5,300,1800", "0.050,1"] {
            assert_eq!(text.parse::<Retries>().unwrap().to_string(), text);
        }
        for text in ["", "5,", "-1", "soon", "1e99", "NaN"] {
            assert!(text.parse::<Retries>().is_err(), "{text}");
        }
    }
}
