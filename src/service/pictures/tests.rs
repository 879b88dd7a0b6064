mod draw;
mod gallery;
mod jpeg;
mod jpegs;
mod png;
mod pngs;
mod traces;
mod webp;
mod webps;

use super::*;

const LIMITS: PhotoLimits = PhotoLimits { max_bytes: 393_216, min_side_px: 300 };

fn codes(faults: &[Fault]) -> Vec<Code> {
    faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_picture_that_fits_keeps_its_pixels() {
    let plain = jpeg::file(&draw::quarters(600, 400), jpeg::PLAIN);
    for fit in [false, true] {
        let picture = prepare(&jpeg::with(&plain, &[jpeg::exif(1, true), jpeg::xmp()]), LIMITS, fit).unwrap();
        // Only the header that says nothing is written anew.
        let scan = |file: &[u8]| file[file.iter().position(|byte| *byte == 0xDB).unwrap()..].to_vec();
        assert_eq!(scan(&picture.content), scan(&plain));
        let png = png::file(&png::plain(&draw::quarters(600, 400)));
        assert_eq!(prepare(&png, LIMITS, fit).unwrap().content, png);
    }
}

#[test]
fn every_fault_of_a_picture_is_named() {
    let heavy = png::file(&png::plain(&draw::noise(500, 500)));
    let faults = prepare(&heavy, LIMITS, false).unwrap_err();
    assert_eq!(codes(&faults), [Code::PhotoTooLarge]);
    assert!(faults[0].figures.contains(&("hint", "fit=true".into())));
    let narrow = PhotoLimits { max_bytes: 1000, min_side_px: 600 };
    assert_eq!(codes(&prepare(&heavy, narrow, true).unwrap_err()), [Code::PhotoTooLarge, Code::PhotoTooSmall]);
}

#[test]
fn what_cannot_fit_is_refused() {
    let tight = PhotoLimits { max_bytes: 2_000, min_side_px: 300 };
    let heavy = png::file(&png::plain(&draw::noise(400, 400)));
    assert_eq!(codes(&prepare(&heavy, tight, true).unwrap_err()), [Code::PhotoTooLarge]);
}

#[tokio::test]
async fn pictures_wait_for_their_turn() {
    let pictures = Pictures::default();
    let file: Bytes = jpeg::file(&draw::quarters(600, 400), jpeg::PLAIN).into();
    let places = Arc::clone(&pictures.places).acquire_many_owned(2).await.unwrap();
    let mut waiting = Box::pin(pictures.prepare(file, LIMITS, false));
    assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    drop(places);
    assert_eq!(waiting.await.unwrap().facts.width_px, 600);
}
