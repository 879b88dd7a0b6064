//! The columns that a table of recommendations can have.

use crate::domain::{fault::Fault, text};

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $zh:literal, $pointer:literal, $required:literal;)*) => {
        /// A column.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $($(#[$doc])* $name,)*
        }

        impl Column {
            /// Every column, in the order of the template.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The English name, by which programs call it.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The Chinese name.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// The place in the body of a single recommendation that says the same.
            #[must_use]
            pub const fn pointer(self) -> &'static str {
                match self { $(Self::$name => $pointer,)* }
            }

            /// Whether no table can be without it.
            #[must_use]
            pub const fn is_required(self) -> bool {
                match self { $(Self::$name => $required,)* }
            }
        }
    };
}

columns! {
    /// The category.
    Category = "category", "类别", "/category", true;
    /// The name of the person or group.
    Name = "name", "姓名", "/name", true;
    /// The deed in one sentence.
    Summary = "summary", "一句话事迹", "/summary", true;
    /// The deed statement.
    Deed = "deed", "事迹材料", "/deed", false;
    /// The unit that is to carry the candidate.
    Unit = "unit", "单位", "/unit_id", false;
    /// The district, where the unit is not known.
    District = "district", "区", "/district_id", false;
    /// By what way the recommendation came.
    Channel = "channel", "渠道", "/channel", false;
    /// The candidate's number, or of who speaks for them.
    ContactPhone = "contact_phone", "联系电话", "/contact_phone", false;
    /// Who is called.
    ContactName = "contact_name", "联系人", "/contact_name", false;
    /// What that person is to the candidate.
    ContactRelationship = "contact_relationship", "联系人与候选人关系", "/contact_relationship", false;
    /// A person or a group.
    Subject = "subject", "个人或群体", "/subject", false;
    /// The members of a group.
    Members = "members", "群体成员", "/members", false;
    /// Whether the person has died.
    Posthumous = "posthumous", "是否已故", "/posthumous", false;
    /// Sex.
    Gender = "gender", "性别", "/gender", false;
    /// Year of birth.
    BirthYear = "birth_year", "出生年份", "/birth_year", false;
    /// Ethnicity.
    Ethnicity = "ethnicity", "民族", "/ethnicity", false;
    /// Occupation.
    Occupation = "occupation", "职业", "/occupation", false;
    /// Who recommends.
    NominatorName = "nominator_name", "推荐人", "/nominator/name", false;
    /// The recommender's number.
    NominatorPhone = "nominator_phone", "推荐人电话", "/nominator/phone", false;
    /// What the recommender is to the candidate.
    NominatorRelationship = "nominator_relationship", "推荐人与候选人关系", "/nominator/relationship", false;
}

impl Column {
    /// The column that a cell of the header names, in Chinese, in English, or in both with a slash between; a star
    /// marks what is needed and does not count.
    #[must_use]
    pub fn find(header: &str) -> Option<Self> {
        let known = |part: &str| {
            Self::ALL.iter().copied().find(|column| plain(column.label()) == part || plain(column.key()) == part)
        };
        if let Some(column) = known(&plain(header)) {
            return Some(column);
        }
        let mut parts = header.split(['/', '\n']).map(plain).filter(|part| !part.is_empty()).map(|part| known(&part));
        let first = parts.next()??;
        parts.all(|part| part == Some(first)).then_some(first)
    }

    /// The column that a fault of a recommendation belongs to.
    #[must_use]
    pub fn of_fault(fault: &Fault) -> Option<Self> {
        let below = |column: &Self| {
            let rest = fault.pointer.strip_prefix(column.pointer());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Self::ALL.iter().copied().find(below)
    }
}

/// Without what people write differently: case, width, white space, underscores and stars.
fn plain(header: &str) -> String {
    text::fold(header)
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '*' | '_'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Code;

    #[test]
    fn a_column_is_found_by_either_name() {
        for column in Column::ALL.iter().copied() {
            for header in [
                column.label().to_owned(),
                column.key().to_uppercase(),
                format!(" {}* ", column.label()),
                format!("{}* / {}", column.label(), column.key()),
                format!("{}\n{}", column.label(), column.key().replace('_', " ")),
            ] {
                assert_eq!(Column::find(&header), Some(column), "{header}");
            }
        }
        for other in ["", "*", "备注", "姓名/类别", "name of it", "姓名/备注"] {
            assert_eq!(Column::find(other), None, "{other}");
        }
    }

    #[test]
    fn a_fault_belongs_to_its_column() {
        let table = [
            ("/name", Some(Column::Name)),
            ("/members/3/name", Some(Column::Members)),
            ("/nominator/phone", Some(Column::NominatorPhone)),
            ("/unit_id", Some(Column::Unit)),
            ("/names", None),
            ("", None),
        ];
        for (pointer, column) in table {
            assert_eq!(Column::of_fault(&Fault::at(pointer, Code::Malformed)), column, "{pointer}");
        }
    }
}
