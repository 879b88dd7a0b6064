//! A day as it is written on a document: 二〇二六年十一月三十日.

use chrono::{Datelike as _, NaiveDate};

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// The day in Chinese numerals: the year digit by digit, month and day as numbers.
#[must_use]
pub fn in_chinese(day: NaiveDate) -> String {
    let year: String = day.year().to_string().chars().map(|digit| numeral(digit.to_digit(10).unwrap_or(0))).collect();
    format!("{year}年{}月{}日", number(day.month()), number(day.day()))
}

/// A number below 100, as it is read: 十, 十一, 二十, 三十一.
#[must_use]
pub fn number(number: u32) -> String {
    let (tens, ones) = (number / 10, number % 10);
    let tens = match tens {
        0 => String::new(),
        1 => "十".to_owned(),
        more => format!("{}十", numeral(more)),
    };
    if ones == 0 && !tens.is_empty() { tens } else { format!("{tens}{}", numeral(ones)) }
}

fn numeral(digit: u32) -> char {
    usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or('〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_chinese_numerals() {
        for (day, written) in [
            ("2026-11-30", "二〇二六年十一月三十日"),
            ("2026-10-10", "二〇二六年十月十日"),
            ("2027-01-01", "二〇二七年一月一日"),
            ("2030-12-21", "二〇三〇年十二月二十一日"),
            ("2100-02-20", "二一〇〇年二月二十日"),
        ] {
            assert_eq!(in_chinese(day.parse().unwrap()), written);
        }
    }

    #[test]
    fn numbers_are_written_as_they_are_read() {
        for (value, written) in
            [(0, "〇"), (2, "二"), (10, "十"), (19, "十九"), (20, "二十"), (50, "五十"), (99, "九十九")]
        {
            assert_eq!(number(value), written);
        }
    }
}
