use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::category;

fn words() -> Vec<CategoryWords> {
    let defaults = category::defaults(chrono::DateTime::UNIX_EPOCH).into_iter();
    defaults.map(|one| CategoryWords { code: one.code, short: one.short, name: one.name.zh }).collect()
}

/// The four fields, `-` for what is not read.
fn read(text: &str) -> [String; 4] {
    let read = parse(text, &words());
    let category = read.category.map(|code| code.to_string());
    [read.name, read.place, category, read.summary].map(|field| field.unwrap_or_else(|| "-".to_owned()))
}

#[rstest]
// The usual separators.
#[case("张三，江汉区，助，三十年义务修家电", ["张三", "江汉区", "helping_others", "三十年义务修家电"])]
#[case("张三,江汉区,勇,跳入江中救人", ["张三", "江汉区", "bravery", "跳入江中救人"])]
#[case("张三、江汉区、诚、拾金不昧", ["张三", "江汉区", "integrity", "拾金不昧"])]
#[case("张三；江汉区；敬；坚守岗位", ["张三", "江汉区", "dedication", "坚守岗位"])]
#[case("张三;江汉区;孝;照顾婆婆二十年", ["张三", "江汉区", "filial_piety", "照顾婆婆二十年"])]
#[case("张三/江汉区/助/义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三|江汉区|助|义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三｜江汉区｜助｜义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三+江汉区+助+义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三＋江汉区＋助＋义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三 江汉区 助 义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三\u{3000}江汉区\u{3000}助\u{3000}义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三\t江汉区\t助\t义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三\n江汉区\n助\n义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三\r\n江汉区\r\n助\r\n义务理发\r\n13900001234", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("  张三 ，， 江汉区,助 、义务理发。 ", ["张三", "江汉区", "helping_others", "义务理发。"])]
#[case("张三 江汉区，助，义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三#江汉区#助#义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三＊江汉区＊助＊义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
// Words before the form are none of it.
#[case("推荐 张三 江汉区 助 义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("我推荐：张三，江汉区，助，义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("【身边好人】，张三，江汉区，助，义务理发", ["-", "-", "helping_others", "义务理发"])]
#[case("您好，张三，助，义务理发", ["张三", "-", "helping_others", "义务理发"])]
// The category as one character, in full, in brackets, with a label.
#[case("张三，江汉区，助人为乐，义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
#[case("张三，江汉区，见义勇为类，跳江救人", ["张三", "江汉区", "bravery", "跳江救人"])]
#[case("张三，江汉区，（孝），照顾婆婆", ["张三", "江汉区", "filial_piety", "照顾婆婆"])]
#[case("张三，江汉区，【孝老爱亲】，照顾婆婆", ["张三", "江汉区", "filial_piety", "照顾婆婆"])]
#[case("张三，江汉区，类别：助，义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
// The sentence has separators and category words of its own.
#[case("张三，江汉区，助，修家电，修雨伞，不收钱", ["张三", "江汉区", "helping_others", "修家电，修雨伞，不收钱"])]
#[case("张三 江汉区 敬 三十年 天天提早到岗", ["张三", "江汉区", "dedication", "三十年 天天提早到岗"])]
#[case("张三，江汉区，敬，他，孝，人人夸", ["张三", "江汉区", "dedication", "他，孝，人人夸"])]
#[case("张三，江汉区，敬，修好A/B两条线", ["张三", "江汉区", "dedication", "修好A/B两条线"])]
// Names and places of all kinds.
#[case("阿卜杜拉·艾力，武昌区，勇，救人", ["阿卜杜拉·艾力", "武昌区", "bravery", "救人"])]
#[case("汉口橙色救援队，江岸区，助，每周出车", ["汉口橙色救援队", "江岸区", "helping_others", "每周出车"])]
#[case("𬭎㛃 东风汽车 诚 说到做到", ["𬭎㛃", "东风汽车", "integrity", "说到做到"])]
#[case("John Smith，武昌区，助，教英语", ["John Smith", "武昌区", "helping_others", "教英语"])]
#[case("张三 湖北省武汉市 江汉区 实验小学 敬 教书四十年", ["张三", "湖北省武汉市 江汉区 实验小学", "dedication", "教书四十年"])]
#[case("王德镇，二桥，助，修桥", ["王德镇", "二桥", "helping_others", "修桥"])]
#[case("江汉区 张三 助 义务理发", ["张三", "江汉区", "helping_others", "义务理发"])]
// Parts are missing: what is certain stays.
#[case("张三，助，义务理发", ["张三", "-", "helping_others", "义务理发"])]
#[case("江汉区，助，义务理发", ["-", "江汉区", "helping_others", "义务理发"])]
#[case("助，义务理发", ["-", "-", "helping_others", "义务理发"])]
#[case("张三，江汉区，助", ["张三", "江汉区", "helping_others", "-"])]
#[case("张三，江汉区，三十年义务修家电，助", ["张三", "江汉区", "helping_others", "三十年义务修家电"])]
#[case("张三，江汉区，三十年义务修家电", ["张三", "江汉区", "-", "三十年义务修家电"])]
#[case("江汉区，武昌街，助，义务理发", ["-", "-", "helping_others", "义务理发"])]
#[case("我们楼里，有个人，叫张三，人很好，常年，修家电，助，真好", ["-", "-", "helping_others", "真好"])]
// Labels, in any order.
#[case("姓名：张三 地址：江汉区 类别：助 事迹：义务理发，不收钱", ["张三", "江汉区", "helping_others", "义务理发，不收钱"])]
#[case("姓名:张三,单位:江汉区政务服务中心,类别:爱岗,事迹:热心", ["张三", "江汉区政务服务中心", "-", "热心"])]
#[case("事迹：跳江救人\n类别：见义勇为\n姓名：李四\n所在地：武昌区", ["李四", "武昌区", "bravery", "跳江救人"])]
#[case("【姓名】：张三；【地址】：江汉区；【类别】：孝；【事迹】：照顾婆婆", ["张三", "江汉区", "filial_piety", "照顾婆婆"])]
#[case("姓名：张三，电话：13900001234，事迹：拾金不昧", ["张三", "-", "-", "拾金不昧"])]
#[case("姓名：张三 事迹：他说 事迹：不必提", ["张三", "-", "-", "他说 事迹：不必提"])]
#[case("推荐人：王芳 姓名：张三", ["张三", "-", "-", "-"])]
// Nothing is certain.
#[case("", ["-", "-", "-", "-"])]
#[case("   \n\t ", ["-", "-", "-", "-"])]
#[case("你好，请问怎么推荐好人？", ["-", "-", "-", "-"])]
#[case("我想推荐我们小区的张三，他经常帮助别人", ["-", "-", "-", "-"])]
#[case("张三很孝顺", ["-", "-", "-", "-"])]
#[case("，，，、；；||++", ["-", "-", "-", "-"])]
fn messages(#[case] text: &str, #[case] expected: [&str; 4]) {
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn a_sentence_that_is_too_long_stays_in_the_text() {
    let text = format!("张三，江汉区，助，{}", "好".repeat(SUMMARY_MAX_CHARS + 1));
    assert_eq!(read(&text), ["张三", "江汉区", "helping_others", "-"]);
    let text = format!("张三，江汉区，助，{}", "好".repeat(SUMMARY_MAX_CHARS));
    assert_ne!(read(&text)[3], "-");
}

#[test]
fn categories_are_those_configured() {
    let code: CategoryCode = "volunteering".parse().unwrap();
    let own = [CategoryWords { code: code.clone(), short: "志".to_owned(), name: "志愿服务".to_owned() }];
    for text in ["张三，江汉区，志，义务理发", "张三，江汉区，志愿服务，义务理发"] {
        assert_eq!(parse(text, &own).category, Some(code.clone()), "{text}");
    }
    assert_eq!(parse("张三，江汉区，助，义务理发", &own).category, None);
    let twice = [own[0].clone(), CategoryWords { code: "other".parse().unwrap(), ..own[0].clone() }];
    assert_eq!(parse("张三，江汉区，志，义务理发", &twice).category, None);
}

/// Texts made of what short messages are made of, so that the parser goes all its ways.
fn messages_of_pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "张三",
        "江汉区",
        "助",
        "孝老爱亲",
        "，",
        "、",
        "｜",
        "+",
        " ",
        "\u{3000}",
        "\n",
        "\t",
        "姓名：",
        "地址:",
        "类别：",
        "事迹：",
        "（",
        "】",
        "三十年修家电",
        "·",
        "𬭎",
        "\u{202E}",
        "\u{0}",
        "。",
        "13900001234",
        "类",
        "e\u{301}",
        "：",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn never_invents(text: &str) -> Result<(), TestCaseError> {
    let words = words();
    let read = parse(text, &words);
    for field in [read.name, read.place, read.summary].into_iter().flatten() {
        prop_assert!(text.contains(&field), "{field:?} is not in {text:?}");
        prop_assert!(!field.trim().is_empty());
        prop_assert_eq!(crate::domain::text::line(&field, 140), vec![]);
    }
    if let Some(code) = read.category {
        let named = words.iter().find(|one| one.code == code).unwrap();
        prop_assert!(text.contains(&named.short) || text.contains(&named.name));
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_is_invented_whatever_the_text(text: String) {
        never_invents(&text)?;
    }

    #[test]
    fn nothing_is_invented_from_pieces_of_messages(text in messages_of_pieces()) {
        never_invents(&text)?;
    }

    #[test]
    fn the_plain_form_is_read_whole(separator in prop::sample::select(vec!["，", ",", "、", "；", ";", "/", "|", "＋", "+", "\t", "\n"])) {
        let text = ["张三", "江汉区", "敬", "坚守岗位三十年"].join(separator);
        prop_assert_eq!(read(&text), ["张三", "江汉区", "dedication", "坚守岗位三十年"]);
    }
}
