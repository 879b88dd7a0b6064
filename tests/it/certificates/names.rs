//! The strangest names: each is drawn right, or refused with what cannot be drawn.

use std::{io::Write as _, path::Path};

use haoren::{
    domain::{
        candidate::Subject,
        certificate::{Facts, characters::code_point, wording::Wording},
    },
    service::certificates::drawing::{Cover, DrawError, Face, Sheet, draw},
};

use super::pdf::Pdf;

/// Where Debian puts the fonts that have nearly every character.
const HANAZONO: &str = "/usr/share/fonts/truetype/hanazono";

/// What becomes of a name.
enum Fate {
    /// The program's own font writes it.
    Own,
    /// With the test's three characters beside it.
    Rare,
    /// With `HanaMinA` and `HanaMinB` beside it.
    Hana,
    /// No font writes these characters.
    Refused(&'static str),
}
use Fate::{Hana, Own, Rare, Refused};

const NAMES: [(&str, Fate); 60] = [
    ("王一", Own),
    ("李", Own),
    ("王小明", Own),
    ("欧阳娜娜", Own),
    ("司马相如", Own),
    ("买买提·艾力", Own),
    ("古丽娜尔·买买提江", Own),
    ("阿卜杜热西提·阿卜杜克热木", Own),
    ("迪丽热巴·迪力木拉提", Own),
    ("爱新觉罗·毓嶦", Own),
    ("洛桑·次仁旺堆", Own),
    ("乌兰图雅・其其格", Own),
    ("孛儿只斤•铁木真", Own),
    ("热孜万古丽‧艾合买提", Own),
    ("吾买尔江·吐尔逊·阿吉", Own),
    ("阿卜杜热西提·阿卜杜克热木江·买买提明", Own),
    ("一二三四五六七八九十一二三四五六七八九十", Own),
    ("尼格买提·热合曼·阿布都热依木江·艾合麦提", Own),
    ("𬭎", Own),
    ("张𬭎𬭎", Own),
    ("李㛃", Own),
    ("王䶮", Own),
    ("赵𠅤", Own),
    ("陈堃喆", Own),
    ("朱镕基", Own),
    ("李昇", Own),
    ("刘㵑", Refused("㵑")),
    ("周赟甯", Own),
    ("吴犇骉", Own),
    ("郑鱻", Hana),
    ("孙淼焱垚", Own),
    ("冯骎骎", Own),
    ("褚翀翯", Own),
    ("卫玥璟", Own),
    ("蒋祎堉", Own),
    ("沈彧鹮", Own),
    ("John Smith", Own),
    ("Zoë Müller", Own),
    ("Łukasz Żak", Own),
    ("王 小 明", Own),
    ("王　明", Own),
    ("李Ａ", Own),
    ("武汉市长江救援志愿队（一分队）", Own),
    ("“红马甲”志愿服务队", Own),
    ("119消防救援站", Own),
    ("葛\u{E0100}明", Own),
    ("神\u{FE00}子", Own),
    ("々木", Own),
    ("王〇", Own),
    ("王𠀀", Rare),
    ("𫝀明", Rare),
    ("王𠀀𫝀·艾力", Rare),
    ("李𮯠", Rare),
    ("王𠀀𫝀㐀·艾力", Hana),
    ("王𰻝𱁬", Refused("𰻝𱁬")),
    ("张\u{F900}", Hana),
    ("赵\u{2F800}", Hana),
    ("محمد", Refused("محد")),
    ("བསྟན", Refused("བསྟན")),
    ("ᠮᠣᠩ", Refused("ᠮᠣᠩ")),
];

fn own() -> Face {
    Face::own().unwrap().clone()
}

fn rare() -> Vec<Face> {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf")).unwrap();
    vec![own(), Face::of_file("rare.ttf".to_owned(), bytes).unwrap()]
}

/// The fonts that have nearly everything, where they are installed. That they are not is said loudly, past the capture of
/// the test's output: their half of the table is then not run.
fn hana() -> Option<Vec<Face>> {
    let mut faces = vec![own()];
    for name in ["HanaMinA.ttf", "HanaMinB.ttf"] {
        let Ok(bytes) = std::fs::read(Path::new(HANAZONO).join(name)) else {
            let said =
                format!("\nNOT RUN: names that need {HANAZONO}/{name}, which is not installed (fonts-hanazono)\n");
            std::io::stderr().write_all(said.as_bytes()).unwrap();
            return None;
        };
        faces.push(Face::of_file(name.to_owned(), bytes).unwrap());
    }
    Some(faces)
}

pub fn facts(name: &str) -> Facts {
    Facts {
        number: "2026-11-DED-0001".parse().unwrap(),
        title: "身边好人榜".to_owned(),
        issuer: "武汉市".to_owned(),
        category: "敬业奉献".to_owned(),
        name: name.to_owned(),
        subject: Subject::Individual,
        members: Vec::new(),
        posthumous: false,
        published_on: "2026-11-30".parse().unwrap(),
    }
}

const URL: &str = "https://haoren.example.gov.cn/api/v1/certificates/2026-11-DED-0001";

pub fn drawn(facts: &Facts, faces: &[Face]) -> Result<Vec<u8>, DrawError> {
    let sheet = Sheet { wording: Wording::of(facts), check_url: URL.to_owned() };
    draw(&[sheet], &cover(facts), faces)
}

fn cover(facts: &Facts) -> Cover {
    Cover {
        title: Wording::of(facts).document_title,
        author: facts.issuer.clone(),
        id: facts.number.to_string(),
        created_at: "2026-11-30T17:00:00+08:00".parse().unwrap(),
    }
}

/// What stands on a certificate, in the order in which it is drawn, without white space.
fn expected(facts: &Facts) -> String {
    let words = Wording::of(facts);
    let members = if words.members.is_empty() { String::new() } else { words.members_line() };
    let (text, number) = (words.paragraphs.concat(), words.number_line());
    let all = ["荣誉证书", &words.title, &words.recipient, &members, &text, &words.issuer, &words.date, &number];
    let check = ["扫描二维码，核验本证书真伪", URL];
    [all.concat(), check.concat()].concat().split_whitespace().collect()
}

fn assert_drawn(facts: &Facts, faces: &[Face]) {
    let bytes = drawn(facts, faces).unwrap_or_else(|error| panic!("{}: {error}", facts.name));
    let pdf = Pdf::of(&bytes);
    assert_eq!(pdf.text(), expected(facts), "{}", facts.name);
    assert_eq!(pdf.code(), URL);
    assert_eq!(pdf.pages(), 1);
    assert_eq!(drawn(facts, faces).as_deref(), Ok(bytes.as_slice()), "the same bytes each time");
}

fn assert_refused(facts: &Facts, faces: &[Face], missing: &str) {
    match drawn(facts, faces) {
        Err(DrawError::Missing(found)) => {
            let wanted: std::collections::BTreeSet<char> = missing.chars().collect();
            let said =
                |all: &std::collections::BTreeSet<char>| all.iter().map(|one| code_point(*one)).collect::<Vec<_>>();
            assert_eq!(said(&found), said(&wanted), "{}", facts.name);
        }
        other => panic!("{}: {:?}", facts.name, other.map(|bytes| bytes.len())),
    }
}

#[test]
fn the_strangest_names_are_drawn_right_or_refused() {
    let hana = hana();
    for (name, fate) in &NAMES {
        let facts = facts(name);
        match fate {
            Own => assert_drawn(&facts, &[own()]),
            Rare => {
                let missing: String = name.chars().filter(|one| "𠀀𫝀𮯠".contains(*one)).collect();
                assert_refused(&facts, &[own()], &missing);
                assert_drawn(&facts, &rare());
            }
            Hana => {
                assert!(matches!(drawn(&facts, &[own()]), Err(DrawError::Missing(_))), "{name}");
                if let Some(faces) = &hana {
                    assert_drawn(&facts, faces);
                }
            }
            Refused(missing) => {
                assert_refused(&facts, &[own()], missing);
                assert_refused(&facts, &rare(), missing);
            }
        }
    }
}

#[test]
fn groups_are_named_with_all_their_members() {
    let five = ["王小明", "买买提·艾力", "古丽娜尔·买买提江", "𬭎㛃", "John Smith"].map(str::to_owned).to_vec();
    let group = Facts { subject: Subject::Group, members: five, ..facts("长江救援队") };
    assert_drawn(&group, &[own()]);
    let rare_one = Facts { members: vec!["王小明".to_owned(), "李𠀀".to_owned()], ..group.clone() };
    assert_refused(&rare_one, &[own()], "𠀀");
    assert_drawn(&rare_one, &rare());
    for (count, length, pages) in [(50, 3, 2), (50, 20, 2), (50, 100, 3), (2, 100, 2), (12, 5, 1)] {
        let members: Vec<String> = (0..count).map(|_| "名".repeat(length)).collect();
        let many = Facts { members: members.clone(), ..group.clone() };
        let pdf = Pdf::of(&drawn(&many, &[own()]).unwrap());
        assert_eq!(pdf.pages(), pages, "{count} of {length}");
        let text = pdf.text();
        assert_eq!(text.matches('名').count() - text.matches("名单").count(), count * length);
        assert_eq!(text.contains("名单附后"), pages > 1);
    }
}

#[test]
fn the_dead_are_honoured_and_the_longest_texts_drawn() {
    assert_drawn(&Facts { posthumous: true, ..facts("王小明") }, &[own()]);
    let (title, issuer) = ("题".repeat(100), "发".repeat(100));
    assert_drawn(&Facts { title, issuer, ..facts(&"长".repeat(100)) }, &[own()]);
}

#[test]
fn the_file_says_what_it_is() {
    let bytes = drawn(&facts("王小明"), &[own()]).unwrap();
    let pdf = Pdf::of(&bytes);
    assert_eq!(pdf.catalog().get(b"Lang").unwrap().as_str().unwrap(), b"zh-CN");
    let marked = pdf.catalog().get(b"MarkInfo").unwrap().as_dict().unwrap();
    assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
    let text = String::from_utf8_lossy(&bytes);
    for said in
        ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"]
    {
        assert!(text.contains(said), "{said}");
    }
    for said in ["荣誉证书 2026-11-DED-0001 王小明", "武汉市", "2026-11-30T17:00:00+08:00"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(bytes.len() < 80_000, "{} bytes", bytes.len());
}

/// A change of these bytes is a change of what certificates look like. What was issued stays as it was, because it is
/// stored; but a certificate whose file was lost can then not be drawn again.
#[test]
fn a_certificate_has_the_same_bytes_everywhere() {
    use sha2::Digest as _;
    let digest = hex::encode(sha2::Sha256::digest(drawn(&facts("买买提·艾力"), &rare()).unwrap()));
    let golden = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/certificates/golden.sha256"));
    assert_eq!(digest, golden.unwrap().trim());
}

/// The programs that others read certificates with, where they are installed.
#[test]
fn other_programs_read_the_same() {
    let facts = facts("古丽娜尔·买买提江");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pdf");
    std::fs::write(&file, drawn(&facts, &[own()]).unwrap()).unwrap();
    let run = |program: &str, line: &[&str]| {
        let ran = std::process::Command::new(program).current_dir(folder.path()).args(line).output();
        if ran.is_err() {
            std::io::stderr().write_all(format!("\nNOT RUN: {program} is not installed\n").as_bytes()).unwrap();
        }
        ran.ok()
    };
    if let Some(ran) = run("pdftotext", &["-raw", "certificate.pdf", "-"]) {
        let text: String = String::from_utf8(ran.stdout).unwrap().split_whitespace().collect();
        assert_eq!(text, expected(&facts));
    }
    if run("pdftoppm", &["-r", "150", "-png", "-singlefile", "certificate.pdf", "picture"]).is_some() {
        let picture = image::open(folder.path().join("picture.png")).unwrap().to_luma8();
        // As one holds a telephone over it: the lower left part, without the frame.
        let (across, down) = (picture.width(), picture.height());
        let picture = image::imageops::crop_imm(&picture, across / 9, down * 2 / 3, across / 3, down / 4).to_image();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let light = |x: usize, y: usize| picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0];
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
        let grids = prepared.detect_grids();
        assert_eq!(grids.first().expect("no code in the picture").decode().unwrap().1, URL);
    }
}
