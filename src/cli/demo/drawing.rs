//! Photographs drawn by the program: a portrait and a scene for each candidate, always the same for the same name.

mod canvas;
mod person;
mod scene;

use image::ImageError;

use self::canvas::{Canvas, Ink};
use self::person::{Look, Stand};
use super::dice::Dice;
use super::story::Story;

/// The two photos of a candidate, as JPEG: a portrait (of all members, for a group) and a scene.
pub fn photos(story: &Story) -> Result<[Vec<u8>; 2], ImageError> {
    let people = looks(story);
    Ok([portrait(&story.name, &people).jpeg()?, scene::draw(&story.name, &people).jpeg()?])
}

fn looks(story: &Story) -> Vec<Look> {
    let old = story.birth_year.is_some_and(|year| year < 1966);
    let helmet = story
        .occupation
        .as_deref()
        .is_some_and(|work| ["焊工", "炼铁", "排水", "天车", "测绘"].iter().any(|hard| work.contains(hard)));
    let woman = story.gender.as_deref() == Some("female");
    if story.members.is_empty() {
        return vec![Look::of(&story.name, woman, old, helmet)];
    }
    // The genders of a group's members are not recorded; a stable choice makes the picture lively.
    story.members.iter().map(|name| Look::of(name, Dice::of(name).below(3) == 0, false, false)).collect()
}

fn portrait(name: &str, people: &[Look]) -> Canvas {
    let mut dice = Dice::of(name);
    let grounds = [
        (0x00DC_E6EA, 0x00A9_C0CB),
        (0x00F1_E4D3, 0x00D3_B894),
        (0x00E3_EAD9, 0x00AE_C39B),
        (0x00E8_DDE8, 0x00BF_A9C4),
    ];
    let (top, bottom) = dice.pick(&grounds, (0, 0));
    if let [one] = people {
        let mut canvas = Canvas::new((420.0, 560.0), Ink::hex(top), Ink::hex(bottom));
        canvas.ellipse((210.0, 240.0), (190.0, 190.0), Ink::hex(0x00FF_FFFF).faint(0.25));
        person::draw(&mut canvas, Stand { face: (210.0, 240.0), scale: 1.0 }, one);
        return canvas;
    }
    let mut canvas = Canvas::new((640.0, 430.0), Ink::hex(top), Ink::hex(bottom));
    let places = u16::try_from(people.len()).unwrap_or(u16::MAX);
    let step = canvas.width() / (f32::from(places) + 0.4);
    for (place, look) in (0_u16..).zip(people) {
        let lift = if place % 2 == 0 { 0.0 } else { 34.0 };
        let stand = Stand { face: (step * (f32::from(place) + 0.7), 212.0 - lift), scale: 0.62 };
        person::draw(&mut canvas, stand, look);
    }
    canvas
}
