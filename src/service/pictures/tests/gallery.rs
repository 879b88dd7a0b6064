//! Awkward and hostile pictures: what becomes of each, within two seconds and 256 MiB, and what is stored of it.

use std::time::{Duration, Instant};

use image::{ImageFormat, Rgb, RgbImage};

use super::{
    super::{Picture, prepare},
    LIMITS, jpegs, pngs, traces, webps,
};
use crate::domain::{fault::Code, photo::PhotoType};

/// How long one picture may take.
const TIME: Duration = Duration::from_secs(2);

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
    /// Refused with this code.
    Refused(Code),
}

pub use Becomes::{Refused, Shown, Stored};

/// A picture that is sent without `fit`.
pub fn sent(name: &'static str, file: Vec<u8>, becomes: Becomes) -> Case {
    Case { name, file, fit: false, becomes }
}

/// A picture that is sent with `fit=true`.
pub fn fitted(name: &'static str, file: Vec<u8>, becomes: Becomes) -> Case {
    Case { name, file, fit: true, becomes }
}

/// Every picture of the gallery, made when its turn comes.
fn rooms() -> Vec<fn() -> Vec<Case>> {
    [jpegs::rooms(), pngs::rooms(), webps::rooms()].concat()
}

#[test]
fn every_picture_gets_its_answer_in_time_and_leaves_no_trace() {
    let mut seen = 0;
    for room in rooms() {
        for case in room() {
            let began = Instant::now();
            let answer = prepare(&case.file, LIMITS, case.fit);
            let took = began.elapsed();
            let name = case.name;
            println!("{:>6} ms {name}", took.as_millis());
            assert!(took < TIME, "{name} took {took:?}");
            match (answer, case.becomes) {
                (Ok(picture), Stored(kind, width, height)) => {
                    stored(name, &picture, (kind, width, height));
                }
                (Ok(picture), Shown(kind, width, height, colours)) => {
                    let shown = stored(name, &picture, (kind, width, height));
                    quarters_are(name, &shown, colours);
                }
                (Err(faults), Refused(code)) => {
                    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code], "{name}");
                }
                (answer, becomes) => panic!("{name}: {:?} instead of {becomes:?}", answer.map(|picture| picture.facts)),
            }
            seen += 1;
        }
    }
    assert!(seen >= 60, "{seen} pictures");
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
