//! A sheet as it is stored: whole numbers of seven bits a byte, the highest bit telling that more follows, and only what
//! is not zero. First the leads, then the sum of all cells and those of the categories, with the length of both in bytes, then
//! the cells themselves: who needs no cells reads none ([`Parts::from_bytes`]), which is most of the work.
//!
//! Enums are written as their places in the order of declaration: who puts a value elsewhere than at the end raises
//! [`FORMAT`], and in a migration removes all rows and marks all places as changed, so that all sheets are counted anew.

use std::collections::BTreeMap;

use super::{
    counts::{CellKey, Counts, LeadCounts, Sheet, StageCounts},
    parts::{Detail, Part, Parts},
};
use crate::domain::{candidate::Channel, category::CategoryCode, text_enum::TextEnum};

/// The first number of every sheet.
const FORMAT: u32 = 2;

/// The bytes are not those of a sheet of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the counts of a place as this version writes them")]
pub struct NotASheet;

impl Sheet {
    /// The stored form. Equal sheets have equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.number(FORMAT);
        out.length(self.leads.len());
        for (channel, leads) in &self.leads {
            out.value(*channel);
            out.map(leads);
        }
        let sums = self.sums();
        out.length(sums.0.len());
        out.0.extend(sums.0);
        out.length(self.cells.len());
        for (key, counts) in &self.cells {
            out.text(key.category.as_str());
            out.value(key.channel);
            counts.write(&mut out);
        }
        out.0
    }

    /// The sum of all cells, and those of the categories.
    fn sums(&self) -> Writer {
        let categories = self.by_category();
        let mut total = Counts::default();
        for counts in categories.values() {
            total.merge(counts);
        }
        let mut out = Writer::default();
        total.write(&mut out);
        out.length(categories.len());
        for (category, counts) in &categories {
            out.text(category.as_str());
            counts.write(&mut out);
        }
        out
    }

    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotASheet> {
        let mut from = Reader(bytes);
        let leads = from.head()?;
        from.sums()?;
        let cells = from.cells()?.into_iter().collect();
        if from.0.is_empty() { Ok(Self { cells, leads }) } else { Err(NotASheet) }
    }
}

impl Parts {
    /// Reads of the stored form of a sheet what a question needs.
    pub fn from_bytes(bytes: &[u8], detail: Detail) -> Result<Self, NotASheet> {
        let mut from = Reader(bytes);
        let leads = from.head()?;
        let mut sums = from.sums()?;
        let parts = match detail {
            Detail::Total => {
                let total = Counts::read(&mut sums)?;
                // Of a place where only leads came in there is no part.
                if total == Counts::default() { Vec::new() } else { vec![Part::of_all(total)] }
            }
            Detail::Category => {
                Counts::read(&mut sums)?;
                let categories = sums.categories()?.into_iter();
                categories.map(|(category, counts)| Part::of_category(category, counts)).collect()
            }
            Detail::Cell => from.cells()?.into_iter().map(|(key, counts)| Part::of_cell(key, counts)).collect(),
        };
        Ok(Self { parts, leads })
    }
}

impl Counts {
    fn write(&self, out: &mut Writer) {
        out.map(&self.statuses);
        out.map(&self.nominations);
        out.length(self.stages.len());
        for (stage, counts) in &self.stages {
            out.value(*stage);
            counts.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, NotASheet> {
        let (statuses, nominations) = (from.map()?, from.map()?);
        let mut stages = BTreeMap::new();
        for _ in 0..from.number()? {
            let stage = from.value()?;
            stages.insert(stage, StageCounts::read(from)?);
        }
        Ok(Self { statuses, nominations, stages })
    }
}

impl StageCounts {
    fn write(&self, out: &mut Writer) {
        out.map(&self.outcomes);
        for number in [self.waiting, self.waiting_extended, self.on_time, self.late] {
            out.number(number);
        }
        out.length(self.hours.pairs().len());
        let mut before = 0;
        for (hours, count) in self.hours.pairs() {
            out.number(hours - before);
            out.number(count);
            before = hours;
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, NotASheet> {
        let mut stage = Self {
            outcomes: from.map()?,
            waiting: from.number()?,
            waiting_extended: from.number()?,
            on_time: from.number()?,
            late: from.number()?,
            hours: super::hours::Hours::default(),
        };
        let (pairs, mut hours) = (from.number()?, 0_u32);
        for _ in 0..pairs {
            hours = hours.checked_add(from.number()?).ok_or(NotASheet)?;
            stage.hours.push(hours, from.number()?);
        }
        Ok(stage)
    }
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut number: u32) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    fn length(&mut self, length: usize) {
        self.number(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn value<T: TextEnum>(&mut self, value: T) {
        self.length(T::ALL.iter().position(|known| *known == value).unwrap_or(T::ALL.len()));
    }

    fn map<T: TextEnum>(&mut self, map: &BTreeMap<T, u32>) {
        self.length(map.len());
        for (value, count) in map {
            self.value(*value);
            self.number(*count);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The format, which must be this version's, and the leads.
    fn head(&mut self) -> Result<BTreeMap<Channel, LeadCounts>, NotASheet> {
        if self.number()? != FORMAT {
            return Err(NotASheet);
        }
        let mut leads = BTreeMap::new();
        for _ in 0..self.number()? {
            let channel = self.value()?;
            leads.insert(channel, self.map()?);
        }
        Ok(leads)
    }

    /// The sums, which are passed over at once.
    fn sums(&mut self) -> Result<Self, NotASheet> {
        let length = usize::try_from(self.number()?).map_err(|_| NotASheet)?;
        let (sums, rest) = self.0.split_at_checked(length).ok_or(NotASheet)?;
        self.0 = rest;
        Ok(Self(sums))
    }

    fn categories(&mut self) -> Result<Vec<(CategoryCode, Counts)>, NotASheet> {
        let mut categories = Vec::new();
        for _ in 0..self.number()? {
            categories.push((self.category()?, Counts::read(self)?));
        }
        Ok(categories)
    }

    fn cells(&mut self) -> Result<Vec<(CellKey, Counts)>, NotASheet> {
        let mut cells = Vec::new();
        for _ in 0..self.number()? {
            let key = CellKey { category: self.category()?, channel: self.value()? };
            cells.push((key, Counts::read(self)?));
        }
        Ok(cells)
    }

    fn category(&mut self) -> Result<CategoryCode, NotASheet> {
        self.text()?.parse().map_err(|_| NotASheet)
    }

    fn number(&mut self) -> Result<u32, NotASheet> {
        let (mut number, mut shift) = (0_u64, 0_u32);
        loop {
            let (byte, rest) = self.0.split_first().ok_or(NotASheet)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(number).map_err(|_| NotASheet);
            }
            shift += 7;
            if shift > 28 {
                return Err(NotASheet);
            }
        }
    }

    fn text(&mut self) -> Result<&'a str, NotASheet> {
        let length = usize::try_from(self.number()?).map_err(|_| NotASheet)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(NotASheet)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| NotASheet)
    }

    fn value<T: TextEnum>(&mut self) -> Result<T, NotASheet> {
        let at = usize::try_from(self.number()?).map_err(|_| NotASheet)?;
        T::ALL.get(at).copied().ok_or(NotASheet)
    }

    fn map<T: TextEnum + Ord>(&mut self) -> Result<BTreeMap<T, u32>, NotASheet> {
        let mut map = BTreeMap::new();
        for _ in 0..self.number()? {
            let value = self.value()?;
            map.insert(value, self.number()?);
        }
        Ok(map)
    }
}
