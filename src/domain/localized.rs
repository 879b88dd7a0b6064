//! Text in both languages of the campaign.

use serde::{Deserialize, Serialize};

use super::{fault::Fault, text};

/// A text in Chinese and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    /// Chinese, the language of the campaign.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// Both texts.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// The texts with one or both replaced.
    #[must_use]
    pub fn patched(&self, (zh, en): &(Option<String>, Option<String>)) -> Self {
        Self { zh: zh.as_ref().unwrap_or(&self.zh).clone(), en: en.as_ref().unwrap_or(&self.en).clone() }
    }

    /// The texts in the form in which they are kept.
    #[must_use]
    pub fn tidy(&self) -> Self {
        Self { zh: text::tidy_paragraphs(&self.zh), en: text::tidy_paragraphs(&self.en) }
    }

    /// What is wrong with two texts of one line, below a pointer.
    #[must_use]
    pub fn line_faults(&self, pointer: &str, max_chars: usize) -> Vec<Fault> {
        self.faults(pointer, |text| text::line(text, max_chars))
    }

    /// What is wrong with two texts of paragraphs, below a pointer.
    #[must_use]
    pub fn paragraph_faults(&self, pointer: &str, max_chars: usize) -> Vec<Fault> {
        self.faults(pointer, |text| text::paragraphs(text, max_chars))
    }

    /// What is wrong with the texts of a change, of one line each, below a pointer.
    #[must_use]
    pub fn patch_line_faults(
        (zh, en): &(Option<String>, Option<String>),
        pointer: &str,
        max_chars: usize,
    ) -> Vec<Fault> {
        Self::of_change(zh.as_deref(), en.as_deref()).line_faults(pointer, max_chars)
    }

    /// What is wrong with the texts of a change, of paragraphs each, below a pointer.
    #[must_use]
    pub fn patch_paragraph_faults(
        (zh, en): &(Option<String>, Option<String>),
        pointer: &str,
        max_chars: usize,
    ) -> Vec<Fault> {
        Self::of_change(zh.as_deref(), en.as_deref()).paragraph_faults(pointer, max_chars)
    }

    /// A change as a whole: what it leaves alone is in order.
    fn of_change(zh: Option<&str>, en: Option<&str>) -> Self {
        Self::new(zh.unwrap_or("-"), en.unwrap_or("-"))
    }

    fn faults(&self, pointer: &str, check: impl Fn(&str) -> Vec<Fault>) -> Vec<Fault> {
        let zh = check(&self.zh).into_iter().map(|fault| fault.under(&format!("{pointer}/zh")));
        let en = check(&self.en).into_iter().map(|fault| fault.under(&format!("{pointer}/en")));
        zh.chain(en).collect()
    }
}
