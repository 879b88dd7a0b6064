//! The frame of a certificate: a red band with a golden key pattern (回纹), a flower in each corner, and a double golden
//! line with drawn-in corners. All of it is drawn as lines and shapes.

use krilla::geom::{Path, PathBuilder};

use super::pen::{BRIGHT_GOLD, GOLD, PAPER, Pen, RED, add_points, circle, polygon, rectangles};

/// A4, landscape, in points.
pub const WIDTH: f32 = 841.89;
/// See [`WIDTH`].
pub const HEIGHT: f32 = 595.28;

/// Where the band begins and ends, from the edge of the page.
const BAND: (f32, f32) = (24.0, 50.0);
/// Where the key pattern lies in it.
const KEY: (f32, f32) = (29.5, 44.5);
/// About so long is one turn of the pattern.
const TURN: f32 = 17.5;
/// One turn: along the band, and from its outer to its inner side.
const HOOK: [(f32, f32); 8] =
    [(0.0, 1.0), (0.0, 0.0), (0.78, 0.0), (0.78, 0.74), (0.25, 0.74), (0.25, 0.32), (0.53, 0.32), (0.53, 0.5)];

/// Draws the frame.
pub fn draw(pen: &mut Pen<'_, '_>) {
    pen.ornament(|pen| {
        pen.fill(rectangles(&[inset(BAND.0)]), PAPER);
        pen.fill(rectangles(&[inset(BAND.0), inset(BAND.1)]), RED);
        pen.stroke(rectangles(&[inset(20.5)]), GOLD, 1.2);
        for edge in [26.4, 47.6] {
            pen.stroke(rectangles(&[inset(edge)]), BRIGHT_GOLD, 0.6);
        }
        pen.stroke(key_pattern(), BRIGHT_GOLD, 1.2);
        for corner in corners(f32::midpoint(BAND.0, BAND.1)) {
            flower(pen, corner);
        }
        pen.stroke(drawn_in(57.0, 15.0), GOLD, 1.6);
        pen.stroke(drawn_in(61.5, 15.0), GOLD, 0.6);
        for corner in corners(64.5) {
            pen.fill(lozenge(corner, (4.2, 4.2)), GOLD);
        }
    });
}

const fn inset(by: f32) -> (f32, f32, f32, f32) {
    (by, by, WIDTH - 2.0 * by, HEIGHT - 2.0 * by)
}

const fn corners(by: f32) -> [(f32, f32); 4] {
    [(by, by), (WIDTH - by, by), (WIDTH - by, HEIGHT - by), (by, HEIGHT - by)]
}

/// A lozenge around a point, by half its width and height.
pub fn lozenge((x, y): (f32, f32), (across, down): (f32, f32)) -> Option<Path> {
    polygon(&[(x - across, y), (x, y - down), (x + across, y), (x, y + down)])
}

/// The pattern on all four sides. On each it turns outward from the middle.
fn key_pattern() -> Option<Path> {
    let mut path = PathBuilder::new();
    let (left, right, low) = (BAND.1 + 5.0, WIDTH - BAND.1 - 5.0, HEIGHT - BAND.1 - 5.0);
    let depth = KEY.1 - KEY.0;
    side(&mut path, right - left, |along, inward| (left + along, KEY.0 + inward * depth));
    side(&mut path, right - left, |along, inward| (left + along, HEIGHT - KEY.0 - inward * depth));
    side(&mut path, low - left, |along, inward| (KEY.0 + inward * depth, left + along));
    side(&mut path, low - left, |along, inward| (WIDTH - KEY.0 - inward * depth, left + along));
    path.finish()
}

fn side(path: &mut PathBuilder, length: f32, place: impl Fn(f32, f32) -> (f32, f32)) {
    // An even number of turns, half of them to each side of the middle.
    let half = (length / TURN / 2.0).round();
    let turn = length / half / 2.0;
    add_points(path, &[place(0.0, 1.0), place(length, 1.0)]);
    let mut along = 0.0;
    while along < length - turn / 2.0 {
        let is_first_half = along < (length - turn) / 2.0;
        let points = HOOK.map(|(u, inward)| place(along + turn * if is_first_half { u } else { 1.0 - u }, inward));
        add_points(path, &points);
        along += turn;
    }
}

/// A flower of four petals in a square.
fn flower(pen: &mut Pen<'_, '_>, (x, y): (f32, f32)) {
    let half = 10.4;
    pen.fill(rectangles(&[(x - half, y - half, 2.0 * half, 2.0 * half)]), RED);
    pen.stroke(rectangles(&[(x - half, y - half, 2.0 * half, 2.0 * half)]), BRIGHT_GOLD, 0.9);
    for (across, down) in [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)] {
        pen.fill(petal((x, y), (across * 8.2, down * 8.2)), BRIGHT_GOLD);
    }
    for (across, down) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)] {
        pen.fill(circle((x + across * 6.6, y + down * 6.6), 1.1), BRIGHT_GOLD);
    }
    pen.fill(circle((x, y), 2.9), RED);
    pen.fill(circle((x, y), 1.7), BRIGHT_GOLD);
}

/// A petal from a point towards a corner.
fn petal((x, y): (f32, f32), (across, down): (f32, f32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(x, y);
    path.cubic_to(x + across, y, x + across, y + down * 0.6, x + across, y + down);
    path.cubic_to(x + across * 0.6, y + down, x, y + down, x, y);
    path.close();
    path.finish()
}

/// A rectangle whose corners are drawn in by quarters of a circle.
fn drawn_in(by: f32, radius: f32) -> Option<Path> {
    let (left, top, right, low) = (by, by, WIDTH - by, HEIGHT - by);
    let (r, k) = (radius, radius * (1.0 - 0.552_285));
    let mut path = PathBuilder::new();
    path.move_to(left + r, top);
    path.line_to(right - r, top);
    path.cubic_to(right - r, top + r - k, right - r + k, top + r, right, top + r);
    path.line_to(right, low - r);
    path.cubic_to(right - r + k, low - r, right - r, low - r + k, right - r, low);
    path.line_to(left + r, low);
    path.cubic_to(left + r, low - r + k, left + r - k, low - r, left, low - r);
    path.line_to(left, top + r);
    path.cubic_to(left + r - k, top + r, left + r, top + r - k, left + r, top);
    path.close();
    path.finish()
}
