//! One drawn person: what tells people apart in a portrait, and how they are put on the canvas.

use super::canvas::{Canvas, Ink, Point, from_ellipse};
use crate::cli::demo::dice::Dice;

/// What tells one person's picture from another's.
pub struct Look {
    skin: Ink,
    hair: Ink,
    clothes: Ink,
    long_hair: bool,
    glasses: bool,
    helmet: bool,
}

impl Look {
    /// The look that belongs to a person of this name, age group and occupation.
    pub fn of(name: &str, woman: bool, old: bool, helmet: bool) -> Self {
        let mut dice = Dice::of(name);
        let dark = dice.pick(&[Ink::hex(0x0026_2326), Ink::hex(0x0035_2B28), Ink::hex(0x001E_1F26)], Ink::hex(0));
        let grey = dice.pick(&[Ink::hex(0x00B9_B7B4), Ink::hex(0x00D9_D6D1), Ink::hex(0x008F_8C8A)], Ink::hex(0));
        let clothes =
            [0x0035_5C7D, 0x008C_3B3B, 0x004B_6B4A, 0x0063_5147, 0x00C2_7B3A, 0x0054_4A7D, 0x002F_6F73, 0x00A3_4E6A];
        Self {
            skin: dice.pick(
                &[Ink::hex(0x00F0_CBA8), Ink::hex(0x00E8_BC96), Ink::hex(0x00DD_AC84), Ink::hex(0x00F4_D3B4)],
                Ink::hex(0),
            ),
            hair: if old { grey } else { dark },
            clothes: Ink::hex(dice.pick(&clothes, 0)),
            long_hair: woman,
            glasses: dice.below(4) == 0,
            helmet,
        }
    }
}

/// A place to stand: where the chin is, and how large the person is drawn.
#[derive(Clone, Copy)]
pub struct Stand {
    /// Where the middle of the face is.
    pub face: Point,
    /// 1 fills a portrait of 420 × 560 pixels.
    pub scale: f32,
}

impl Stand {
    fn at(self, x: f32, y: f32) -> Point {
        (self.face.0 + x * self.scale, self.face.1 + y * self.scale)
    }

    fn size(self, x: f32, y: f32) -> Point {
        (x * self.scale, y * self.scale)
    }
}

const DARK: Ink = Ink::hex(0x0033_2A2A);
const WHITE: Ink = Ink::hex(0x00FA_F7F2);

/// Draws a person from the chest up.
pub fn draw(canvas: &mut Canvas, stand: Stand, look: &Look) {
    if look.long_hair {
        canvas.ellipse(stand.at(0.0, 38.0), stand.size(108.0, 148.0), look.hair);
    }
    draw_body(canvas, stand, look);
    for side in [-1.0, 1.0] {
        canvas.ellipse(stand.at(side * 82.0, 8.0), stand.size(14.0, 20.0), look.skin);
    }
    canvas.ellipse(stand.face, stand.size(84.0, 102.0), look.skin);
    draw_face(canvas, stand, look);
    draw_hair(canvas, stand, look);
}

fn draw_body(canvas: &mut Canvas, stand: Stand, look: &Look) {
    let shade = look.clothes.towards(DARK, 0.25);
    canvas.ellipse(stand.at(0.0, 350.0), stand.size(196.0, 215.0), shade);
    canvas.ellipse(stand.at(0.0, 356.0), stand.size(190.0, 213.0), look.clothes);
    canvas.stroke(stand.at(-34.0, 146.0), stand.at(0.0, 196.0), 26.0 * stand.scale, WHITE);
    canvas.stroke(stand.at(34.0, 146.0), stand.at(0.0, 196.0), 26.0 * stand.scale, WHITE);
    let neck = look.skin.towards(DARK, 0.14);
    canvas.stroke(stand.at(0.0, 80.0), stand.at(0.0, 136.0), 66.0 * stand.scale, neck);
    canvas.ellipse(stand.at(62.0, 218.0), stand.size(9.0, 9.0), Ink::hex(0x00D0_2F2F));
}

fn draw_face(canvas: &mut Canvas, stand: Stand, look: &Look) {
    let brow = look.hair.towards(DARK, 0.4);
    for side in [-1.0, 1.0] {
        canvas.ellipse(stand.at(side * 46.0, 38.0), stand.size(19.0, 13.0), Ink::hex(0x00E0_7A6A).faint(0.3));
        canvas.stroke(stand.at(side * 48.0, -24.0), stand.at(side * 22.0, -28.0), 6.0 * stand.scale, brow);
        canvas.ellipse(stand.at(side * 34.0, 0.0), stand.size(8.5, 10.0), DARK);
        canvas.ellipse(stand.at(side * 34.0 + 3.0, -3.5), stand.size(2.6, 2.6), WHITE);
        if look.glasses {
            ring(canvas, stand, side * 34.0);
        }
    }
    if look.glasses {
        canvas.stroke(stand.at(-11.0, -2.0), stand.at(11.0, -2.0), 3.5 * stand.scale, DARK);
    }
    let shade = look.skin.towards(DARK, 0.22);
    canvas.stroke(stand.at(1.0, 10.0), stand.at(4.0, 26.0), 5.0 * stand.scale, shade);
    smile(canvas, stand);
}

fn ring(canvas: &mut Canvas, stand: Stand, x: f32) {
    let (centre, radii) = (stand.at(x, 0.0), stand.size(24.0, 22.0));
    let half = 1.9 * stand.scale;
    canvas
        .fill(centre, (radii.0 + half, radii.1 + half), DARK, |x, y| from_ellipse((x, y), centre, radii).abs() - half);
}

fn smile(canvas: &mut Canvas, stand: Stand) {
    let (centre, radii) = (stand.at(0.0, 30.0), stand.size(33.0, 28.0));
    let (half, upper) = (3.0 * stand.scale, stand.at(0.0, 44.0).1);
    canvas.fill(centre, (radii.0 + half, radii.1 + half), Ink::hex(0x00A8_4440), |x, y| {
        (from_ellipse((x, y), centre, radii).abs() - half).max(upper - y)
    });
}

fn draw_hair(canvas: &mut Canvas, stand: Stand, look: &Look) {
    if look.helmet {
        let (centre, radii) = (stand.at(0.0, -42.0), stand.size(100.0, 92.0));
        let rim = stand.at(0.0, -40.0).1;
        canvas.fill(centre, radii, Ink::hex(0x00F2_B632), |x, y| from_ellipse((x, y), centre, radii).max(y - rim));
        canvas.stroke(stand.at(-108.0, -40.0), stand.at(108.0, -40.0), 14.0 * stand.scale, Ink::hex(0x00D9_9A1E));
        return;
    }
    let (centre, radii) = (stand.at(0.0, -14.0), stand.size(94.0, 104.0));
    let face = stand.at(12.0, 26.0);
    let hollow = stand.size(84.0, 78.0);
    canvas.fill(centre, radii, look.hair, |x, y| {
        from_ellipse((x, y), centre, radii)
            .max(-from_ellipse((x, y), face, hollow))
            .max(y - centre.1 - 40.0 * stand.scale)
    });
}
