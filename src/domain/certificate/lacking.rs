//! Certificates that could not be drawn: where on them the characters stand that no font has, and how a clerk is told.

use std::collections::BTreeSet;

use super::{Facts, characters::code_point};
use crate::domain::{fault::Code, month::Month, text::is_selector};

text_enum! {
    /// A part of a certificate.
    pub enum Part {
        /// The name of the person or group.
        Name = "name",
        /// The name of a member of the group.
        Member = "member",
        /// The name of the category.
        Category = "category",
        /// The title of the list.
        Title = "title",
        /// The issuer.
        Issuer = "issuer",
    }
}

/// Where a character stands on a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The character, such as `U+30EDD`.
    pub character: String,
    /// In which part.
    pub part: Part,
    /// Of which member of the group, counted from 1.
    pub member: Option<usize>,
    /// Its places among the characters of that part, counted from 1.
    pub positions: Vec<usize>,
}

/// A certificate that could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Its number.
    pub number: String,
    /// The name of the person or group.
    pub name: String,
    /// The category in Chinese.
    pub category: String,
    /// Why it was not drawn.
    pub code: Code,
    /// The characters that no font has, such as `U+30EDD`.
    pub characters: BTreeSet<String>,
    /// Where the characters stand that no font has.
    pub places: Vec<Place>,
}

/// Where characters stand on a certificate: by its parts, in each by the characters. A selector belongs to the character
/// before it and is not counted.
#[must_use]
pub fn places(facts: &Facts, characters: &BTreeSet<String>) -> Vec<Place> {
    let mut parts = vec![(Part::Name, None, facts.name.as_str())];
    parts.extend((1..).zip(&facts.members).map(|(member, name)| (Part::Member, Some(member), name.as_str())));
    parts.push((Part::Category, None, &facts.category));
    parts.push((Part::Title, None, &facts.title));
    parts.push((Part::Issuer, None, &facts.issuer));
    let mut found = Vec::new();
    for (part, member, text) in parts {
        let counted: Vec<String> = text.chars().filter(|one| !is_selector(*one)).map(code_point).collect();
        for character in characters {
            let places = (1..).zip(&counted).filter(|(_, one)| *one == character);
            let positions: Vec<usize> = places.map(|(position, _)| position).collect();
            if !positions.is_empty() {
                found.push(Place { character: character.clone(), part, member, positions });
            }
        }
    }
    found
}

impl Place {
    /// As it is said: 姓名第2字缺 U+30EDD.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        let part = match (self.part, self.member) {
            (Part::Name, _) => "姓名".to_owned(),
            (Part::Member, Some(member)) => format!("第{member}位成员姓名"),
            (Part::Member, None) => "成员姓名".to_owned(),
            (Part::Category, _) => "类别名称".to_owned(),
            (Part::Title, _) => "榜单名称".to_owned(),
            (Part::Issuer, _) => "落款".to_owned(),
        };
        let positions: Vec<String> = self.positions.iter().map(ToString::to_string).collect();
        format!("{part}第{}字缺 {}", positions.join("、"), self.character)
    }
}

impl Lacking {
    fn reason(&self) -> String {
        if self.code == Code::CharacterMissing {
            let places: Vec<String> = self.places.iter().map(Place::in_chinese).collect();
            format!("字库缺字：{}", places.join("；"))
        } else if self.code == Code::CertificateLost {
            "已颁发的证书文件丢失".to_owned()
        } else {
            format!("系统错误（{}），详见服务器日志", self.code)
        }
    }
}

/// What lies beside the certificates of a month and says which are not among them. With a byte order mark and the line
/// breaks of Windows, whose old editors show it wrongly without.
#[must_use]
pub fn list_in_chinese(month: Month, lacking: &[Lacking]) -> String {
    let mut lines = vec![format!("{month} 荣誉证书：以下 {} 份未能生成，不在本文件中。", lacking.len()), String::new()];
    for (count, one) in (1..).zip(lacking) {
        lines.push(format!("{count}. {}　{}（{}）", one.number, one.name, one.category));
        lines.push(format!("   原因：{}", one.reason()));
    }
    lines.push(String::new());
    let has = |code: Code| lacking.iter().any(|one| one.code == code);
    if has(Code::CharacterMissing) {
        lines.push(
            "缺字：请管理员把含有这些字的字体（.ttf、.otf）放入 HAOREN_FONT_DIR 所指的文件夹，无须重启，再重新导出。"
                .to_owned(),
        );
    }
    if has(Code::CertificateLost) {
        lines.push("文件丢失：请管理员从备份恢复文件，或由市级审核员换发该证书，再重新导出。".to_owned());
    }
    format!("\u{FEFF}{}\r\n", lines.join("\r\n").trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::domain::candidate::Subject;

    fn facts() -> Facts {
        Facts {
            number: "2026-11-DED-0001".parse().unwrap(),
            title: "身边好人榜".to_owned(),
            issuer: "武汉市".to_owned(),
            category: "敬业奉献".to_owned(),
            name: "王𰻝葛\u{E0100}𰻝".to_owned(),
            subject: Subject::Group,
            members: vec!["李芳".to_owned(), "𱁬𰻝".to_owned()],
            posthumous: false,
            published_on: "2026-11-30".parse().unwrap(),
        }
    }

    #[test]
    fn characters_are_found_where_they_stand() {
        let characters = BTreeSet::from(["U+30EDD".to_owned(), "U+3106C".to_owned(), "U+5E02".to_owned()]);
        let found: Vec<String> = places(&facts(), &characters).iter().map(Place::in_chinese).collect();
        assert_eq!(
            found,
            [
                "姓名第2、4字缺 U+30EDD",
                "第2位成员姓名第2字缺 U+30EDD",
                "第2位成员姓名第1字缺 U+3106C",
                "落款第3字缺 U+5E02",
            ]
        );
        assert_eq!(places(&facts(), &BTreeSet::new()), []);
    }

    proptest! {
        #[test]
        fn every_missing_character_is_found_each_time_it_stands(name in "[王明𠀀𰻝]{1,9}", member in "[李𰻝]{1,5}") {
            let characters = BTreeSet::from(["U+20000".to_owned(), "U+30EDD".to_owned()]);
            let facts = Facts { name: name.clone(), members: vec![member.clone()], ..facts() };
            let found = places(&facts, &characters);
            for place in &found {
                let text = if place.part == Part::Name { &name } else { &member };
                for position in &place.positions {
                    prop_assert_eq!(text.chars().nth(position - 1).map(code_point), Some(place.character.clone()));
                }
                prop_assert!(place.positions.is_sorted());
            }
            let told: usize = found.iter().map(|place| place.positions.len()).sum();
            prop_assert_eq!(told, format!("{name}{member}").matches(['𠀀', '𰻝']).count());
        }
    }

    #[test]
    fn a_clerk_is_told_what_is_missing_and_what_to_do() {
        let place = Place { character: "U+30EDD".to_owned(), part: Part::Name, member: None, positions: vec![2] };
        let lacking = |number: &str, code, places: Vec<Place>| Lacking {
            number: number.to_owned(),
            name: "王𰻝".to_owned(),
            category: "敬业奉献".to_owned(),
            code,
            characters: BTreeSet::new(),
            places,
        };
        let both = [
            lacking("2026-11-DED-0001", Code::CharacterMissing, vec![place]),
            lacking("2026-11-DED-0002", Code::CertificateLost, vec![]),
        ];
        let text = list_in_chinese("2026-11".parse().unwrap(), &both);
        assert!(text.starts_with("\u{FEFF}2026-11 荣誉证书：以下 2 份未能生成"), "{text}");
        for said in [
            "1. 2026-11-DED-0001　王𰻝（敬业奉献）\r\n   原因：字库缺字：姓名第2字缺 U+30EDD\r\n2. 2026-11-DED-0002",
            "   原因：已颁发的证书文件丢失\r\n",
            "HAOREN_FONT_DIR",
            "换发",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let other = list_in_chinese("2026-11".parse().unwrap(), &[lacking("1", Code::Internal, vec![])]);
        assert!(other.contains("系统错误（internal）") && other.ends_with("日志\r\n"), "{other}");
    }
}
