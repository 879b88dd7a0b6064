//! Awkward and hostile pictures: what becomes of each, within two seconds and 256 MiB, and what is stored of it.

use std::time::{Duration, Instant};

use image::{ImageFormat, Rgb, RgbImage};

use super::{
    super::{Picture, Source, prepare},
    LIMITS, jpegs, pngs, traces, webps,
};
use crate::domain::{fault::Code, photo::PhotoType};

/// How long one picture may take.
const TIME: Duration = Duration::from_secs(2);
/// Pictures of so many pixels take a debug build longer: the codecs are generic, so that they are built with the tests, and
/// not optimized. `cargo test --release --lib pictures` holds all of them to the promise.
const SLOW_PIXELS: u64 = 3_000_000;
/// How much memory one picture may take, the upload included.
const MEMORY: u64 = 256 * 1024 * 1024;

/// A picture as it is sent.
pub struct Case {
    pub name: &'static str,
    pub file: Vec<u8>,
    pub fit: bool,
    pub becomes: Becomes,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug)]
pub enum Becomes {
    /// Stored as this type with these sides.
    Stored(PhotoType, u32, u32),
    /// The same, with these colours in the middle of its quarters.
    Shown(PhotoType, u32, u32, [[u8; 3]; 4]),
    /// Stored as a JPEG, made smaller, in the shape of these sides.
    Scaled(u32, u32),
    /// Refused with this code.
    Refused(Code),
}

pub use Becomes::{Refused, Scaled, Shown, Stored};

/// A picture that is sent without `fit`.
pub fn sent(name: &'static str, file: Vec<u8>, becomes: Becomes) -> Case {
    Case { name, file, fit: false, becomes }
}

/// A picture that is sent with `fit=true`.
pub fn fitted(name: &'static str, file: Vec<u8>, becomes: Becomes) -> Case {
    Case { name, file, fit: true, becomes }
}

#[test]
fn every_jpeg_gets_its_answer_in_time_and_leaves_no_trace() {
    assert!(visit(jpegs::rooms()) >= 60);
}

#[test]
fn every_png_gets_its_answer_in_time_and_leaves_no_trace() {
    assert!(visit(pngs::rooms()) >= 50);
}

#[test]
fn every_other_picture_gets_its_answer_in_time_and_leaves_no_trace() {
    assert!(visit(webps::rooms()) >= 30);
}

/// Looks at every picture of these rooms, each made when its turn comes; returns how many there are.
fn visit(rooms: Vec<fn() -> Vec<Case>>) -> usize {
    let (mut seen, mut wrong) = (0, Vec::new());
    for case in rooms.into_iter().flat_map(|room| room()) {
        seen += 1;
        if std::panic::catch_unwind(|| judge(&case)).is_err() {
            wrong.push(case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    seen
}

fn judge(case: &Case) {
    let name = case.name;
    let began = Instant::now();
    let mut answer = None;
    let memory = allocation_counter::measure(|| answer = Some(prepare(&case.file, LIMITS, case.fit)));
    let took = began.elapsed();
    let memory = memory.bytes_max + case.file.len() as u64;
    println!("{:>6} ms {:>4} MiB {name}", took.as_millis(), memory >> 20);
    let is_slow = cfg!(debug_assertions) && pixels(&case.file) >= SLOW_PIXELS;
    assert!(took < TIME * if is_slow { 10 } else { 1 }, "{name} took {took:?}");
    assert!(memory <= MEMORY, "{name} took {memory} bytes");
    let answer = answer.unwrap();
    match (answer, case.becomes) {
        (Ok(picture), Stored(kind, width, height)) => {
            stored(name, &picture, (kind, width, height));
        }
        (Ok(picture), Shown(kind, width, height, colours)) => {
            let shown = stored(name, &picture, (kind, width, height));
            quarters_are(name, &shown, colours);
        }
        (Ok(picture), Scaled(across, down)) => {
            let (width, height) = (picture.facts.width_px, picture.facts.height_px);
            stored(name, &picture, (PhotoType::Jpeg, width, height));
            let (is, was) = (f64::from(width) / f64::from(height), f64::from(across) / f64::from(down));
            assert!((is / was - 1.0).abs() < 0.01 && width.max(height) <= 2048, "{name}: {width} × {height}");
            // A smaller size was only taken because a larger one does not fit.
            assert!(picture.facts.bytes > LIMITS.max_bytes / 2, "{name}: {} bytes", picture.facts.bytes);
        }
        (Err(faults), Refused(code)) => {
            assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code], "{name}");
        }
        (answer, becomes) => panic!("{name}: {:?} instead of {becomes:?}", answer.map(|picture| picture.facts)),
    }
}

/// As many as the file says; none of one that cannot be read.
fn pixels(file: &[u8]) -> u64 {
    Source::of(file).map_or(0, |source| u64::from(source.width) * u64::from(source.height))
}

/// Looks at what is stored, with the eyes of another decoder.
fn stored(name: &str, picture: &Picture, (kind, width, height): (PhotoType, u32, u32)) -> RgbImage {
    assert_eq!(picture.kind, kind, "{name}");
    assert_eq!((picture.facts.width_px, picture.facts.height_px), (width, height), "{name}");
    assert_eq!(picture.facts.faults(LIMITS), [], "{name}");
    assert_eq!(picture.facts.bytes, picture.content.len() as u64, "{name}");
    traces::none_in(name, kind, &picture.content);
    traces::none_in(name, PhotoType::Jpeg, &picture.thumb);
    let format = match kind {
        PhotoType::Jpeg => ImageFormat::Jpeg,
        PhotoType::Png => ImageFormat::Png,
    };
    let shown = image::load_from_memory_with_format(&picture.content, format).unwrap();
    assert_eq!((shown.width(), shown.height()), (width, height), "{name}");
    let thumb = image::load_from_memory_with_format(&picture.thumb, ImageFormat::Jpeg).unwrap();
    assert_eq!(thumb.width().max(thumb.height()), width.max(height).min(320), "{name}");
    shown.into_rgb8()
}

fn quarters_are(name: &str, shown: &RgbImage, colours: [[u8; 3]; 4]) {
    let (width, height) = shown.dimensions();
    let places = [(1, 1), (3, 1), (1, 3), (3, 3)];
    for ((x, y), colour) in places.into_iter().zip(colours) {
        let Rgb(found) = *shown.get_pixel(width * x / 4, height * y / 4);
        assert!(
            found.iter().zip(colour).all(|(is, was)| is.abs_diff(was) <= 12),
            "{name} at {x}, {y}: {found:?} {colour:?}"
        );
    }
}
