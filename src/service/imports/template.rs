//! The template: the columns with lists to choose from, an example, and what each column means.

use bytes::Bytes;

use super::subtree;
use crate::{
    domain::{
        candidate::{Channel, Gender, Subject},
        import::{Column, Directory, MAX_ROWS, channel_label, gender_label, subject_label},
    },
    service::{
        Caller, Error, Service,
        sheets::{Book, Choices, Look, Page, Paper, fits_in_cell},
    },
};

/// The lists stand in a sheet of this name, out of sight.
const LISTS: &str = "Lists";
/// Rows in which a value can be chosen.
const ROWS: usize = 2_000;

/// The template with the caller's own units and districts in its lists.
pub async fn template(service: &Service, caller: &Caller) -> Result<Bytes, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let directory = service.store.read(move |db| subtree::directory(db, &scope)).await?;
    service.sheets.work(move || write(&directory)).await
}

fn write(directory: &Directory) -> Result<Bytes, Error> {
    let lists: Vec<(Column, Vec<String>)> = Column::ALL
        .iter()
        .map(|column| (*column, choices(*column, directory)))
        .filter(|(_, list)| !list.is_empty())
        .collect();
    let mut book = Book::new()?;
    let mut page = book.page("推荐表")?;
    write_table(&mut page, directory, &lists)?;
    write_meanings(&mut book.page("填写说明 Notes")?)?;
    let mut page = book.page(LISTS)?;
    for (at, (_, list)) in lists.iter().enumerate() {
        for (row, choice) in list.iter().enumerate() {
            page.text((row, at), choice, Look::Cell)?;
        }
    }
    page.hide();
    book.into_bytes()
}

fn write_table(page: &mut Page<'_>, directory: &Directory, lists: &[(Column, Vec<String>)]) -> Result<(), Error> {
    page.text_columns(Column::ALL.len())?;
    page.widths(&Column::ALL.iter().map(|column| width(*column)).collect::<Vec<_>>())?;
    for (at, column) in Column::ALL.iter().enumerate() {
        let (star, look) = if column.is_required() { ("*", Look::NeededHeader) } else { ("", Look::Header) };
        page.text((0, at), &format!("{}{star}\n{}", column.label(), column.key()), look)?;
        page.text((1, at), &example(*column, directory), Look::Example)?;
    }
    page.height(0, 34.0)?;
    page.freeze(1)?;
    page.paper(Paper::Across);
    for (list, (column, choices)) in lists.iter().enumerate() {
        let at = Column::ALL.iter().position(|known| known == column).unwrap_or_default();
        let range = format!("={LISTS}!${0}$1:${0}${1}", crate::domain::sheet::column_name(list), choices.len());
        let shown = if fits_in_cell(choices) { Choices::Listed(choices) } else { Choices::Range(&range) };
        page.choice(at, (1, ROWS), shown)?;
    }
    Ok(())
}

fn write_meanings(page: &mut Page<'_>) -> Result<(), Error> {
    page.widths(&[20.0, 24.0, 10.0, 60.0, 70.0])?;
    for (at, title) in ["字段", "Column", "必填 Needed", "说明", "Meaning"].into_iter().enumerate() {
        page.text((0, at), title, Look::Header)?;
    }
    for (row, column) in Column::ALL.iter().enumerate() {
        let needed = if column.is_required() { "是 yes" } else { "" };
        let (zh, en) = meaning(*column);
        for (at, text) in [column.label(), column.key(), needed, zh, en].into_iter().enumerate() {
            page.text((row + 1, at), text, Look::Wrapped)?;
        }
    }
    let notes = [
        (
            format!("每行一位候选人，一次最多 {MAX_ROWS} 行；列的顺序不限，不能增加其他列。"),
            "One candidate in each row; the columns may stand in any order, and others are refused.",
        ),
        (
            "请勿使用公式或合并单元格；姓名以“（示例）”开头的行不会导入。".to_owned(),
            "No formulas and no merged cells; a row whose name begins with （示例） is not imported.",
        ),
        (
            "也可另存为 CSV（UTF-8 或 GB 18030）后提交；已导入过的行会被识别，不会重复导入。".to_owned(),
            "A CSV file (UTF-8 or GB 18030) is taken too; a row that was taken before is recognised and not taken twice.",
        ),
    ];
    for (at, (zh, en)) in notes.iter().enumerate() {
        let row = Column::ALL.len() + 2 + at;
        page.text((row, 3), zh, Look::Wrapped)?;
        page.text((row, 4), en, Look::Wrapped)?;
    }
    page.freeze(1)
}

fn choices(column: Column, directory: &Directory) -> Vec<String> {
    let owned = |texts: Vec<&str>| texts.into_iter().map(ToOwned::to_owned).collect();
    match column {
        Column::Category => directory.categories.iter().map(|category| category.name.zh.clone()).collect(),
        Column::Unit => directory.unit_labels(),
        Column::District => directory.district_labels(),
        Column::Channel => owned(Channel::ALL.iter().map(|channel| channel_label(*channel)).collect()),
        Column::Subject => owned(Subject::ALL.iter().map(|subject| subject_label(*subject)).collect()),
        Column::Gender => owned(Gender::ALL.iter().map(|gender| gender_label(*gender)).collect()),
        Column::Posthumous => owned(vec!["是", "否"]),
        Column::Name
        | Column::Summary
        | Column::Deed
        | Column::ContactPhone
        | Column::ContactName
        | Column::ContactRelationship
        | Column::Members
        | Column::BirthYear
        | Column::Ethnicity
        | Column::Occupation
        | Column::NominatorName
        | Column::NominatorPhone
        | Column::NominatorRelationship => Vec::new(),
    }
}

fn width(column: Column) -> f64 {
    match column {
        Column::Summary => 40.0,
        Column::Deed => 60.0,
        Column::Unit | Column::Members => 28.0,
        Column::ContactRelationship | Column::NominatorRelationship => 22.0,
        Column::Category
        | Column::Name
        | Column::District
        | Column::Channel
        | Column::ContactPhone
        | Column::ContactName
        | Column::Subject
        | Column::Posthumous
        | Column::Gender
        | Column::BirthYear
        | Column::Ethnicity
        | Column::Occupation
        | Column::NominatorName
        | Column::NominatorPhone => 16.0,
    }
}

fn example(column: Column, directory: &Directory) -> String {
    let first = |list: Vec<String>| list.into_iter().next().unwrap_or_default();
    match column {
        Column::Category | Column::Unit => first(choices(column, directory)),
        Column::Name => "（示例）张三".to_owned(),
        Column::Summary => "三十年如一日为邻里义务修理家电。".to_owned(),
        Column::Deed => "事迹材料全文，500—1000 字。".to_owned(),
        Column::Channel => channel_label(Channel::Phone).to_owned(),
        Column::ContactPhone => "13800001234".to_owned(),
        Column::Subject => subject_label(Subject::Individual).to_owned(),
        Column::Posthumous => "否".to_owned(),
        Column::Gender => gender_label(Gender::Male).to_owned(),
        Column::BirthYear => "1970".to_owned(),
        Column::Ethnicity => "汉族".to_owned(),
        Column::Occupation => "退休工人".to_owned(),
        Column::NominatorName => "王芳".to_owned(),
        Column::NominatorPhone => "027-82345678".to_owned(),
        Column::NominatorRelationship => "邻居".to_owned(),
        Column::District | Column::ContactName | Column::ContactRelationship | Column::Members => String::new(),
    }
}

fn meaning(column: Column) -> (&'static str, &'static str) {
    match column {
        Column::Category => ("类别名称、单字简称或代码。", "The category's name, short form or code."),
        Column::Name => {
            ("候选人姓名或群体名称，最多 100 字。", "The name of the person or group, at most 100 characters.")
        }
        Column::Summary => ("一句话概括事迹，最多 140 字。", "The deed in one sentence, at most 140 characters."),
        Column::Deed => {
            ("事迹材料；核实时须 500—1000 字。", "The deed statement; its length is judged when the unit verifies.")
        }
        Column::Unit => (
            "承办单位，从列表中选择；单位与区至少填一项。",
            "The unit that carries the candidate. This or the district is needed.",
        ),
        Column::District => ("不清楚单位时填写区。", "The district, where the unit is not known."),
        Column::Channel => ("推荐渠道；不填为网络。", "By what way it came; online where nothing is said."),
        Column::ContactPhone => {
            ("候选人或其代表的手机或座机。", "A mobile or landline number of the candidate, or of who speaks for them.")
        }
        Column::ContactName => ("联系人姓名。", "Who is called."),
        Column::ContactRelationship => ("联系人与候选人的关系。", "What that person is to the candidate."),
        Column::Subject => ("个人或群体；不填为个人。", "A person or a group; a person where nothing is said."),
        Column::Members => ("群体的 2—50 名成员，用顿号隔开。", "The 2 to 50 members of a group, with commas between."),
        Column::Posthumous => ("候选人是否已故；不填为否。", "Whether the person has died; no where nothing is said."),
        Column::Gender => ("男或女，可不填。", "Sex, if given."),
        Column::BirthYear => ("四位年份，可不填。", "Year of birth in four digits, if given."),
        Column::Ethnicity => ("民族，可不填。", "Ethnicity, if given."),
        Column::Occupation => ("职业，可不填。", "Occupation, if given."),
        Column::NominatorName => (
            "推荐人姓名；三项都不填即为录入人本人推荐。",
            "Who recommends; without one it is the importer's own recommendation.",
        ),
        Column::NominatorPhone => ("推荐人电话。", "The recommender's number."),
        Column::NominatorRelationship => ("推荐人与候选人的关系。", "What the recommender is to the candidate."),
    }
}
