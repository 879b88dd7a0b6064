//! What one row says, judged by the same rules as a single recommendation, each fault with its cell.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Column, Directory, FAULTS_NAMED, Layout,
    reading::{bool_of, channel_of, gender_of, names_of, subject_of, text_of, year_of},
};
use crate::domain::{
    candidate::Subject,
    category::CategoryCode,
    fault::{Code, Fault},
    id::OrganizationId,
    phone::Phone,
    recommendation::{Reach, Recommendation},
    sheet::{Cell, SheetRow, cell_name},
    text,
};

/// The name in the template's example row begins so.
const EXAMPLE: &str = "（示例）";

/// Whether a row is the template's example, which nobody recommends.
#[must_use]
pub fn is_example(row: &SheetRow, layout: &Layout) -> bool {
    let name = layout.place(Column::Name).and_then(|place| row.cell(place));
    name.is_some_and(|cell| cell.shown().starts_with(EXAMPLE))
}

/// A row that is in order, or everything that is wrong with it.
pub type Judged = Result<Recommendation, Vec<Fault>>;

/// What a row is held against beside the rules of all recommendations.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Campaign time.
    pub now: DateTime<Utc>,
    /// Whether it has to say who recommends, as somebody else than who sends it.
    pub names_nominator: bool,
}

/// Judges a row.
pub fn judge(row: &SheetRow, layout: &Layout, directory: &Directory, terms: Terms) -> Judged {
    let mut reader = Reader { row, layout, faults: Vec::new() };
    reader.judge_shape();
    let recommendation = reader.recommendation(directory);
    let is_unnamed = recommendation.nominator.is_none() && !reader.is_faulted(Column::NominatorName);
    if terms.names_nominator && is_unnamed {
        reader.add(Column::NominatorName, Fault::at(Column::NominatorName.pointer(), Code::Required));
    }
    let of_rules = [recommendation.faults(), recommendation.faults_today(terms.now)].concat();
    for fault in of_rules {
        reader.add_of_rule(fault);
    }
    let mut faults = reader.faults;
    if faults.is_empty() {
        return Ok(recommendation);
    }
    faults.truncate(FAULTS_NAMED);
    Err(faults)
}

struct Reader<'a> {
    row: &'a SheetRow,
    layout: &'a Layout,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// Cells that no column of the table covers, and merged ones, of which nobody knows whose they are.
    fn judge_shape(&mut self) {
        for (place, _) in &self.row.cells {
            if self.layout.column(*place).is_none() {
                let fault = Fault::at("", Code::UnknownMember).with("cell", cell_name(*place, self.row.number));
                self.faults.push(fault);
            }
        }
        for place in &self.row.merged {
            let pointer = self.layout.column(*place).map(Column::pointer).unwrap_or_default();
            let fault = Fault::at(pointer, Code::MergedCells).with("cell", cell_name(*place, self.row.number));
            self.faults.push(fault);
        }
    }

    fn cell(&self, column: Column) -> Option<&Cell> {
        self.row.cell(self.layout.place(column)?).filter(|cell| !cell.is_blank())
    }

    /// Adds a fault of a column, with its cell where the table has the column.
    fn add(&mut self, column: Column, mut fault: Fault) {
        if let Some(place) = self.layout.place(column) {
            fault.figures.insert(0, ("cell", cell_name(place, self.row.number).into()));
        }
        self.faults.push(fault);
    }

    fn is_faulted(&self, column: Column) -> bool {
        self.faults.iter().any(|fault| Column::of_fault(fault) == Some(column))
    }

    /// Adds what breaks a rule of recommendations, unless the cell could not even be read.
    fn add_of_rule(&mut self, fault: Fault) {
        match Column::of_fault(&fault) {
            Some(column) if self.is_unread(column) => {}
            Some(column) => self.add(column, fault),
            None => self.faults.push(fault),
        }
    }

    /// Whether the reading of a cell has failed, so that what the rules say of its stand-in says nothing.
    fn is_unread(&self, column: Column) -> bool {
        let failed = [
            Code::Required,
            Code::WrongType,
            Code::UnknownValue,
            Code::UnknownReference,
            Code::FormulaNotAllowed,
            Code::MergedCells,
        ];
        let is_error = |fault: &Fault| fault.figures.iter().any(|(name, _)| *name == "value" || *name == "expected");
        self.faults
            .iter()
            .any(|fault| Column::of_fault(fault) == Some(column) && (failed.contains(&fault.code) || is_error(fault)))
    }

    fn read<T>(&mut self, column: Column, read: impl FnOnce(&Cell) -> Result<T, Fault>) -> Option<T> {
        let value = read(self.cell(column)?);
        value.map_err(|fault| self.add(column, fault.under(column.pointer()))).ok()
    }

    fn text(&mut self, column: Column) -> Option<String> {
        self.read(column, text_of)
    }

    fn required(&mut self, column: Column) -> String {
        if self.cell(column).is_none() {
            self.add(column, Fault::at(column.pointer(), Code::Required));
        }
        self.text(column).unwrap_or_default()
    }

    fn recommendation(&mut self, directory: &Directory) -> Recommendation {
        let (unit_id, district_id) = self.place(directory);
        Recommendation {
            category: self.category(directory),
            name: self.required(Column::Name),
            summary: self.required(Column::Summary),
            deed: self.text(Column::Deed),
            unit_id,
            district_id,
            channel: self.read(Column::Channel, channel_of),
            channel_id: None,
            contact: Reach {
                phone: self.text(Column::ContactPhone),
                name: self.text(Column::ContactName),
                relationship: self.text(Column::ContactRelationship),
            },
            subject: self.read(Column::Subject, subject_of).unwrap_or(Subject::Individual),
            members: self.read(Column::Members, names_of).unwrap_or_default(),
            posthumous: self.read(Column::Posthumous, bool_of).unwrap_or(false),
            occupation: self.text(Column::Occupation),
            gender: self.read(Column::Gender, gender_of),
            birth_year: self.read(Column::BirthYear, year_of),
            ethnicity: self.text(Column::Ethnicity),
            nominator: self.nominator(),
        }
    }

    fn category(&mut self, directory: &Directory) -> CategoryCode {
        let written = self.required(Column::Category);
        if let Some(code) = directory.category(&written) {
            return code.clone();
        }
        if !self.is_faulted(Column::Category) {
            self.add(Column::Category, Fault::at("/category", Code::UnknownReference));
        }
        CategoryCode::unknown()
    }

    /// Unit and district, both in the subtree. A unit that several districts have is told apart by the district.
    fn place(&mut self, directory: &Directory) -> (Option<OrganizationId>, Option<OrganizationId>) {
        let unknown = |column: Column| Fault::at(column.pointer(), Code::UnknownReference);
        let written = (self.text(Column::Unit), self.text(Column::District));
        let district = written.1.as_deref().map(|name| directory.district(name));
        if district == Some(None) {
            self.add(Column::District, unknown(Column::District));
        }
        let district = district.flatten();
        let units = written.0.as_deref().map(|name| directory.units(name, district.map(|district| district.id)));
        let unit = match units.as_deref() {
            None => None,
            Some([unit]) => Some(*unit),
            Some([]) => {
                self.add(Column::Unit, unknown(Column::Unit));
                None
            }
            Some(several) => {
                self.add(Column::Unit, unknown(Column::Unit).with("matches", several.len()));
                None
            }
        };
        match (unit, district) {
            (Some(unit), Some(district)) if unit.district_id != district.id => {
                self.add(Column::District, Fault::at("/district_id", Code::Inconsistent));
            }
            (None, Some(district)) if written.0.is_none() && !district.has_inbox => {
                self.add(Column::District, unknown(Column::District));
            }
            _ => {}
        }
        (unit.map(|unit| unit.id), district.map(|district| district.id))
    }

    fn nominator(&mut self) -> Option<Reach> {
        let reach = Reach {
            phone: self.text(Column::NominatorPhone),
            name: self.text(Column::NominatorName),
            relationship: self.text(Column::NominatorRelationship),
        };
        if reach == Reach::default() {
            return None;
        }
        if reach.name.is_none() && !self.is_faulted(Column::NominatorName) {
            self.add(Column::NominatorName, Fault::at("/nominator/name", Code::Required));
        }
        Some(reach)
    }
}

/// What a row comes to, in one spelling: two rows that say the same are the same row.
#[must_use]
pub fn canonical(input: &Recommendation) -> String {
    let line = |text: &Option<String>| text.as_deref().map(text::fold);
    let reach = |reach: &Reach| {
        let phone = reach.phone.as_deref().and_then(Phone::parse).map(|phone| phone.normalised());
        json!([phone, line(&reach.name), line(&reach.relationship)])
    };
    json!([
        input.category.as_str(),
        text::fold(&input.name),
        text::fold(&input.summary),
        line(&input.deed),
        input.unit_id,
        input.district_id,
        input.channel,
        reach(&input.contact),
        input.subject,
        input.members.iter().map(|name| text::fold(name)).collect::<Vec<_>>(),
        input.posthumous,
        line(&input.occupation),
        input.gender,
        input.birth_year,
        line(&input.ethnicity),
        input.nominator.as_ref().map(reach),
    ])
    .to_string()
}

#[cfg(test)]
mod tests;
