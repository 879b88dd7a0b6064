//! A small canvas: smooth-edged shapes on an RGB picture, and its JPEG.

use std::io::Cursor;

use image::{DynamicImage, ImageError, ImageFormat, Rgb, RgbImage};

/// A colour with an opacity from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct Ink {
    rgb: [f32; 3],
    opacity: f32,
}

impl Ink {
    /// An opaque colour, written like `0x00C8_5A3C`.
    pub const fn hex(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self { rgb: [red as f32, green as f32, blue as f32], opacity: 1.0 }
    }

    /// The same colour, seen through.
    pub const fn faint(self, opacity: f32) -> Self {
        Self { rgb: self.rgb, opacity }
    }

    /// The colour on the way from this one to another.
    pub fn towards(self, other: Self, share: f32) -> Self {
        let [red, green, blue] = self.rgb;
        let [other_red, other_green, other_blue] = other.rgb;
        let rgb = [
            red + (other_red - red) * share,
            green + (other_green - green) * share,
            blue + (other_blue - blue) * share,
        ];
        Self { rgb, opacity: self.opacity }
    }
}

/// A point, in units from the upper left corner.
pub type Point = (f32, f32);

/// Pixels a unit: small enough to draw 130 pictures in seconds, large enough for the shorter side asked for.
const ZOOM: f32 = 0.76;

/// A picture to draw on.
pub struct Canvas {
    picture: RgbImage,
}

impl Canvas {
    /// A picture of this size in units, its colour running from `top` to `bottom`.
    pub fn new(size: Point, top: Ink, bottom: Ink) -> Self {
        let mut canvas = Self { picture: RgbImage::new(pixels(size.0), pixels(size.1)) };
        let span = length(canvas.picture.height());
        for (y, row) in (0..canvas.picture.height()).zip(canvas.picture.rows_mut()) {
            let colour = mix(Rgb([0; 3]), top.towards(bottom, length(y) / span), 1.0);
            row.for_each(|pixel| *pixel = colour);
        }
        canvas
    }

    /// The width in units.
    pub fn width(&self) -> f32 {
        length(self.picture.width()) / ZOOM
    }

    /// Fills where `distance` (in units, negative inside) says so, within a box around `centre`.
    pub fn fill(&mut self, centre: Point, reach: Point, ink: Ink, distance: impl Fn(f32, f32) -> f32) {
        let columns = between(centre.0 - reach.0 - 2.0, centre.0 + reach.0 + 2.0, self.picture.width());
        let rows = between(centre.1 - reach.1 - 2.0, centre.1 + reach.1 + 2.0, self.picture.height());
        for y in rows {
            for x in columns.clone() {
                let away = distance((length(x) + 0.5) / ZOOM, (length(y) + 0.5) / ZOOM);
                let cover = (0.5 - away * ZOOM).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let pixel = self.picture.get_pixel_mut(x, y);
                    *pixel = mix(*pixel, ink, cover);
                }
            }
        }
    }

    /// An ellipse.
    pub fn ellipse(&mut self, centre: Point, radii: Point, ink: Ink) {
        self.fill(centre, radii, ink, |x, y| from_ellipse((x, y), centre, radii));
    }

    /// A rectangle with rounded corners, given by its centre and half its sides.
    pub fn block(&mut self, centre: Point, half: Point, corner: f32, ink: Ink) {
        self.fill(centre, half, ink, |x, y| {
            let across = ((x - centre.0).abs() - half.0 + corner).max(0.0);
            let down = ((y - centre.1).abs() - half.1 + corner).max(0.0);
            across.hypot(down) - corner
        });
    }

    /// A stroke with round ends.
    pub fn stroke(&mut self, from: Point, to: Point, thickness: f32, ink: Ink) {
        let radius = thickness / 2.0;
        let centre = (f32::midpoint(from.0, to.0), f32::midpoint(from.1, to.1));
        let reach = ((to.0 - from.0).abs() / 2.0 + radius, (to.1 - from.1).abs() / 2.0 + radius);
        let (along, down) = (to.0 - from.0, to.1 - from.1);
        let square = (along * along + down * down).max(f32::EPSILON);
        self.fill(centre, reach, ink, |x, y| {
            let share = (((x - from.0) * along + (y - from.1) * down) / square).clamp(0.0, 1.0);
            (x - from.0 - along * share).hypot(y - from.1 - down * share) - radius
        });
    }

    /// Everything below a line `y = edge(x)`.
    pub fn below(&mut self, ink: Ink, edge: impl Fn(f32) -> f32) {
        let colour = mix(Rgb([0; 3]), ink.faint(1.0), 1.0);
        for x in 0..self.picture.width() {
            let top = edge((length(x) + 0.5) / ZOOM) * ZOOM;
            for y in between(top / ZOOM, f32::MAX, self.picture.height()) {
                let cover = length(y) + 1.0 - top;
                let pixel = self.picture.get_pixel_mut(x, y);
                *pixel = if cover < 1.0 { mix(*pixel, ink, cover) } else { colour };
            }
        }
    }

    /// The picture as a JPEG.
    pub fn jpeg(self) -> Result<Vec<u8>, ImageError> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(self.picture).write_to(&mut bytes, ImageFormat::Jpeg)?;
        Ok(bytes.into_inner())
    }
}

/// The distance of a point from an ellipse, good near its edge.
pub fn from_ellipse(point: Point, centre: Point, radii: Point) -> f32 {
    let (x, y) = (point.0 - centre.0, point.1 - centre.1);
    let scaled = (x / radii.0).hypot(y / radii.1);
    let slope = (x / (radii.0 * radii.0)).hypot(y / (radii.1 * radii.1)).max(1e-6);
    scaled * (scaled - 1.0) / slope
}

fn mix(Rgb([red, green, blue]): Rgb<u8>, ink: Ink, cover: f32) -> Rgb<u8> {
    let share = ink.opacity * cover;
    let [ink_red, ink_green, ink_blue] = ink.rgb;
    let blend = |old: u8, new: f32| level(f32::from(old) + (new - f32::from(old)) * share);
    Rgb([blend(red, ink_red), blend(green, ink_green), blend(blue, ink_blue)])
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte just before")]
fn level(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn pixels(units: f32) -> u32 {
    (units * ZOOM).round().clamp(1.0, 4096.0) as u32
}

#[expect(clippy::cast_precision_loss, reason = "the sides of a picture are far below 2^23")]
fn length(pixels: u32) -> f32 {
    pixels as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture just before")]
fn between(from: f32, to: f32, limit: u32) -> std::ops::Range<u32> {
    let end = length(limit);
    ((from * ZOOM).floor().clamp(0.0, end) as u32)..((to * ZOOM).ceil().clamp(0.0, end) as u32)
}
