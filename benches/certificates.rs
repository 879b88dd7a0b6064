//! What drawing a certificate costs: milliseconds and bytes, for a person, a group of five and a group of fifty, and for a
//! hundred in one file.
//!
//! `cargo bench --bench certificates`

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a program for whoever looks at its figures")]

use std::{hint::black_box, time::Instant};

use haoren::{
    domain::{
        candidate::Subject,
        certificate::{Facts, wording::Wording},
    },
    service::certificates::drawing::{Cover, Face, Sheet, draw},
};

/// How often each is drawn.
const ROUNDS: u32 = 200;

fn facts(name: &str, members: usize) -> Facts {
    let names = ["王小明", "买买提·艾力", "欧阳娜娜", "古丽娜尔·买买提江", "李芳"];
    Facts {
        number: "2026-11-DED-0001".parse().expect("a number"),
        title: "身边好人榜".to_owned(),
        issuer: "武汉市".to_owned(),
        category: "敬业奉献".to_owned(),
        name: name.to_owned(),
        subject: if members == 0 { Subject::Individual } else { Subject::Group },
        members: names.iter().cycle().take(members).map(|name| (*name).to_owned()).collect(),
        posthumous: false,
        published_on: "2026-11-30".parse().expect("a day"),
    }
}

fn sheet(facts: &Facts) -> Sheet {
    let check_url = format!("https://haoren.example.gov.cn/api/v1/certificates/{}", facts.number);
    Sheet { wording: Wording::of(facts), check_url }
}

fn measure(what: &str, sheets: &[Sheet], rounds: u32) {
    let faces = [Face::own().expect("a font").clone()];
    let cover = Cover {
        title: "荣誉证书".to_owned(),
        author: "武汉市".to_owned(),
        id: "bench".to_owned(),
        created_at: "2026-11-30T17:00:00+08:00".parse().expect("a moment"),
    };
    let bytes = draw(sheets, &cover, &faces).expect("a certificate").len();
    let begun = Instant::now();
    for _ in 0..rounds {
        black_box(draw(black_box(sheets), &cover, &faces).expect("a certificate"));
    }
    let each = begun.elapsed() / rounds;
    println!("{what:<28} {:>8.2} ms {bytes:>9} bytes", each.as_secs_f64() * 1e3);
}

fn main() {
    let one = sheet(&facts("买买提·艾力", 0));
    measure("a person", std::slice::from_ref(&one), ROUNDS);
    measure("a group of five", &[sheet(&facts("长江救援队", 5))], ROUNDS);
    measure("a group of fifty", &[sheet(&facts("长江救援队", 50))], ROUNDS);
    measure("a hundred in one file", &vec![one; 100], 3);
}
