//! The words of a certificate.

use super::{Facts, day};
use crate::domain::candidate::Subject;

/// What every certificate is headed with.
pub const HEADING: &str = "荣誉证书";
/// What stands over the code that leads to the public check.
pub const CHECK_LINE: &str = "扫描二维码，核验本证书真伪";

/// What stands on a certificate, in the order in which it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The number.
    pub number: String,
    /// The title of the list.
    pub title: String,
    /// Who is addressed, or commemorated.
    pub recipient: String,
    /// The members of a group.
    pub members: Vec<String>,
    /// The text, by paragraphs.
    pub paragraphs: Vec<String>,
    /// Who gives the honour.
    pub issuer: String,
    /// The day of publication.
    pub date: String,
    /// What the file is called by readers of documents.
    pub document_title: String,
}

impl Wording {
    /// The words for what is known. The dead are not addressed: the honour is conferred on them, in remembrance.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let month = facts.number.month;
        let category = facts.category.strip_suffix('类').unwrap_or(&facts.category);
        let occasion = format!(
            "在{}年{}月“我推荐、我评议身边好人”活动中，经群众推荐、组织核实、公众评议，",
            month.year(),
            month.month()
        );
        let collective = match facts.subject {
            Subject::Individual => "",
            Subject::Group => "集体",
        };
        let (recipient, honour, closing) = if facts.posthumous {
            let honour = format!("追授“{}”{category}类好人{collective}称号。", facts.title);
            (facts.name.clone(), honour, "特发此证，以志纪念。")
        } else {
            let honour = format!("被评为“{}”{category}类好人{collective}。", facts.title);
            (format!("{}：", facts.name), honour, "特发此证，以资鼓励。")
        };
        Self {
            number: facts.number.to_string(),
            title: facts.title.clone(),
            recipient,
            members: facts.members.clone(),
            paragraphs: vec![occasion + &honour, closing.to_owned()],
            issuer: facts.issuer.clone(),
            date: day::in_chinese(facts.published_on),
            document_title: format!("{HEADING} {} {}", facts.number, facts.name),
        }
    }

    /// The members in one line, as they stand on the certificate itself.
    #[must_use]
    pub fn members_line(&self) -> String {
        format!("成员：{}", self.members.join("、"))
    }

    /// What stands there instead when they have a leaf of their own.
    #[must_use]
    pub fn members_elsewhere(&self) -> String {
        format!("成员共{}人，名单附后", day::number(u32::try_from(self.members.len()).unwrap_or(0)))
    }

    /// The heading of that leaf.
    #[must_use]
    pub fn members_heading(&self) -> String {
        format!("{}成员名单", self.recipient.trim_end_matches('：'))
    }

    /// The line with the number.
    #[must_use]
    pub fn number_line(&self) -> String {
        format!("证书编号　{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            number: "2026-11-DED-0001".parse().unwrap(),
            title: "身边好人榜".to_owned(),
            issuer: "武汉市".to_owned(),
            category: "敬业奉献".to_owned(),
            name: "王小明".to_owned(),
            subject: Subject::Individual,
            members: Vec::new(),
            posthumous: false,
            published_on: "2026-11-30".parse().unwrap(),
        }
    }

    #[test]
    fn a_person_is_addressed() {
        let wording = Wording::of(&facts());
        assert_eq!(wording.recipient, "王小明：");
        assert_eq!(
            wording.paragraphs,
            [
                "在2026年11月“我推荐、我评议身边好人”活动中，经群众推荐、组织核实、公众评议，被评为“身边好人榜”敬业奉献类好人。",
                "特发此证，以资鼓励。",
            ]
        );
        assert_eq!((wording.issuer.as_str(), wording.date.as_str()), ("武汉市", "二〇二六年十一月三十日"));
        assert_eq!(wording.number_line(), "证书编号　2026-11-DED-0001");
    }

    #[test]
    fn the_dead_are_honoured_in_remembrance() {
        let wording = Wording::of(&Facts { posthumous: true, ..facts() });
        assert_eq!(wording.recipient, "王小明");
        assert!(wording.paragraphs[0].ends_with("公众评议，追授“身边好人榜”敬业奉献类好人称号。"));
        assert_eq!(wording.paragraphs[1], "特发此证，以志纪念。");
    }

    #[test]
    fn a_group_is_named_with_its_members() {
        let members = vec!["王小明".to_owned(), "买买提·艾力".to_owned()];
        let group = Facts { subject: Subject::Group, members, name: "长江救援队".to_owned(), ..facts() };
        let wording = Wording::of(&Facts { category: "见义勇为类".to_owned(), ..group });
        assert!(wording.paragraphs[0].ends_with("被评为“身边好人榜”见义勇为类好人集体。"));
        assert_eq!(wording.members_line(), "成员：王小明、买买提·艾力");
        assert_eq!(wording.members_elsewhere(), "成员共二人，名单附后");
        assert_eq!(wording.members_heading(), "长江救援队成员名单");
    }
}
