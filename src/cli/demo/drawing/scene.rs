//! Scenes of the city: the river with a bridge, hills, a street, a lake.

use super::canvas::{Canvas, Ink};
use super::person::{self, Look, Stand};
use crate::cli::demo::dice::Dice;

const SIZE: (f32, f32) = (640.0, 430.0);
const SUN: Ink = Ink::hex(0x00FF_E3A3);
const WATER: Ink = Ink::hex(0x005B_8FA8);

/// A scene with the people of this look in front of it.
pub fn draw(seed: &str, people: &[Look]) -> Canvas {
    let mut dice = Dice::of(seed);
    let skies = [
        (0x009C_C7E6, 0x00F6_E7D2),
        (0x00F2_A97E, 0x00FB_E3B8),
        (0x0086_B6D9, 0x00DD_ECF2),
        (0x00B8_A6D0, 0x00F8_D9C4),
    ];
    let (top, bottom) = dice.pick(&skies, (0, 0));
    let mut canvas = Canvas::new(SIZE, Ink::hex(top), Ink::hex(bottom));
    let sun = (90.0 + 460.0 * dice.share(), 70.0 + 50.0 * dice.share());
    canvas.ellipse(sun, (62.0, 62.0), SUN.faint(0.35));
    canvas.ellipse(sun, (40.0, 40.0), SUN);
    match dice.below(4) {
        0 => river(&mut canvas, &mut dice),
        1 => hills(&mut canvas, &mut dice),
        2 => street(&mut canvas, &mut dice),
        _ => lake(&mut canvas, &mut dice),
    }
    let step = canvas.width() / (count(people.len()) + 1.0);
    for (place, look) in people.iter().enumerate() {
        let stand = Stand { face: (step * (count(place) + 1.0), 300.0), scale: 0.42 };
        person::draw(&mut canvas, stand, look);
    }
    canvas
}

fn count(number: usize) -> f32 {
    u16::try_from(number).map_or(0.0, f32::from)
}

fn river(canvas: &mut Canvas, dice: &mut Dice) {
    towers(canvas, dice, 262.0, Ink::hex(0x008A_9BB0));
    water(canvas, 260.0);
    let deck = 218.0;
    let steel = Ink::hex(0x0049_5663);
    canvas.stroke((-10.0, deck), (650.0, deck), 9.0, steel);
    for pier in [150.0_f32, 490.0] {
        canvas.block((pier, 190.0), (8.0, 110.0), 2.0, steel);
        for cable in 1..9_u8 {
            let reach = f32::from(cable) * 19.0;
            for side in [-1.0, 1.0] {
                canvas.stroke((pier, 88.0 + f32::from(cable) * 4.0), (pier + side * reach, deck), 1.6, steel);
            }
        }
    }
}

fn hills(canvas: &mut Canvas, dice: &mut Dice) {
    let shift = dice.share() * 6.0;
    for (row, green) in [(0.0_f32, 0x0095_B5A0), (1.0, 0x006F_9A7C), (2.0, 0x004F_7F5C), (3.0, 0x003B_6848)] {
        let base = 190.0 + row * 55.0;
        canvas.below(Ink::hex(green), |x| {
            base - 34.0 * (x / (92.0 - row * 9.0) + shift + row).sin() - 14.0 * (x / 37.0 + row).sin()
        });
    }
}

fn street(canvas: &mut Canvas, dice: &mut Dice) {
    towers(canvas, dice, 330.0, Ink::hex(0x00B0_9A8A));
    canvas.below(Ink::hex(0x008D_8A86), |_| 330.0);
    canvas.below(Ink::hex(0x006C_6A69), |_| 352.0);
    for tree in 0..5_u8 {
        let x = 40.0 + f32::from(tree) * 140.0;
        canvas.stroke((x, 338.0), (x, 270.0), 10.0, Ink::hex(0x0070_523C));
        canvas.ellipse((x, 246.0), (38.0, 46.0), Ink::hex(0x0057_8A50));
        canvas.ellipse((x - 14.0, 236.0), (20.0, 24.0), Ink::hex(0x006F_A565));
    }
}

fn lake(canvas: &mut Canvas, dice: &mut Dice) {
    let shift = dice.share() * 6.0;
    canvas.below(Ink::hex(0x007F_A88C), |x| 205.0 - 20.0 * (x / 80.0 + shift).sin());
    water(canvas, 225.0);
    for leaf in 0..16_u8 {
        let (x, y) = (640.0 * dice.share(), 250.0 + 160.0 * dice.share());
        canvas.ellipse((x, y), (34.0, 11.0), Ink::hex(0x0047_8A5C));
        if leaf % 3 == 0 {
            canvas.stroke((x, y), (x + 4.0, y - 30.0), 3.0, Ink::hex(0x0047_8A5C));
            canvas.ellipse((x + 4.0, y - 36.0), (12.0, 10.0), Ink::hex(0x00F0_9DB5));
        }
    }
}

fn towers(canvas: &mut Canvas, dice: &mut Dice, ground: f32, ink: Ink) {
    let mut x = 10.0;
    while x < canvas.width() {
        let (half, tall) = (16.0 + 16.0 * dice.share(), 40.0 + 110.0 * dice.share());
        let wall = ink.towards(SUN, 0.3 * dice.share());
        canvas.block((x + half, ground - tall / 2.0), (half, tall / 2.0), 2.0, wall);
        let mut window = ground - tall + 12.0;
        while window < ground - 8.0 {
            canvas.block((x + half, window), (half - 7.0, 2.5), 1.0, SUN.faint(0.6));
            window += 14.0;
        }
        x += half * 2.0 + 6.0 + 10.0 * dice.share();
    }
}

fn water(canvas: &mut Canvas, surface: f32) {
    canvas.below(WATER, |_| surface);
    for wave in 0..9_u16 {
        let y = surface + 12.0 + f32::from(wave) * 20.0;
        let from = 30.0 + f32::from((wave * 67) % 200);
        canvas.stroke((from, y), (from + 150.0, y), 2.0, SUN.faint(0.35));
        canvas.stroke((from + 280.0, y + 8.0), (from + 380.0, y + 8.0), 2.0, SUN.faint(0.25));
    }
}
