//! The WebP files of the gallery, and what is not taken at all.

use image::RgbImage;
use proptest::{collection::vec, prelude::*};

use super::{
    super::source::Source,
    draw::{QUARTERS, noise, quarters},
    gallery::{Becomes, Case, Refused, Shown, Stored, fitted, sent},
    jpegs::{swapped, swapping},
    webp::{chunk, copying, extended, file, grouped, lossless, lossy},
};
use crate::domain::{
    fault::Code::{PhotoTooLarge, PhotoTooSmall, PhotoUnreadable},
    photo::PhotoType::Jpeg,
};

pub fn rooms() -> Vec<fn() -> Vec<Case>> {
    vec![kinds, codes, metadata, hostile, others]
}

fn picture() -> RgbImage {
    quarters(400, 300)
}

const SAME: Becomes = Shown(Jpeg, 400, 300, QUARTERS);

/// The picture's chunk in a file of its own.
fn only(file: &[u8]) -> Vec<u8> {
    file[12..].to_vec()
}

fn kinds() -> Vec<Case> {
    let grey = [[130; 3]; 4];
    let clear = [extended(0x10, 640, 480), chunk(*b"ALPH", &[&[0][..], &vec![0; 640 * 480]].concat()), lossy(640, 480)];
    vec![
        sent("lossless without fit", lossless(&picture(), None), Refused(PhotoUnreadable)),
        fitted("lossless", lossless(&picture(), None), SAME),
        fitted("lossless and opaque", lossless(&picture(), Some(255)), SAME),
        fitted("lossless and clear", lossless(&picture(), Some(0)), Shown(Jpeg, 400, 300, [[255; 3]; 4])),
        sent("lossy without fit", file(&[lossy(640, 480)]), Refused(PhotoUnreadable)),
        fitted("lossy", file(&[lossy(640, 480)]), Shown(Jpeg, 640, 480, grey)),
        fitted("lossy, with odd sides", file(&[lossy(641, 483)]), Shown(Jpeg, 641, 483, grey)),
        fitted("lossy and clear", file(&clear), Shown(Jpeg, 640, 480, [[255; 3]; 4])),
        fitted("lossy, fifty megapixels", file(&[lossy(8190, 6100)]), Shown(Jpeg, 2048, 1525, grey)),
        fitted("299 pixels", file(&[lossy(640, 299)]), Refused(PhotoTooSmall)),
    ]
}

/// Lossless data that says more before its pixels. The files were written by libwebp.
fn codes() -> Vec<Case> {
    let grey = Shown(Jpeg, 400, 300, [[130; 3]; 4]);
    vec![
        fitted("a palette", include_bytes!("files/palette.webp").to_vec(), SAME),
        fitted("codes for each region", include_bytes!("files/textures.webp").to_vec(), SAME),
        fitted("lossy, with transparency that is not", include_bytes!("files/alpha.webp").to_vec(), SAME),
        fitted("a megabyte and a half without loss", lossless(&noise(700, 700), None), Stored(Jpeg, 700, 700)),
        fitted("2,600 groups of codes, as many as libwebp writes", grouped(400, 300, 2_600, true), grey),
        fitted("8,192 groups of codes that are empty", grouped(400, 300, 8_192, false), grey),
        fitted("8,193 groups of codes", grouped(400, 300, 8_193, false), Refused(PhotoUnreadable)),
        fitted("65,536 groups of codes that are large", grouped(400, 300, 65_536, true), Refused(PhotoUnreadable)),
        fitted(
            "a map of groups for every square",
            grouped(7_000, 6_000, 1, false),
            Shown(Jpeg, 2048, 1755, [[130; 3]; 4]),
        ),
    ]
}

fn metadata() -> Vec<Case> {
    let exif =
        [b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".as_slice(), b"GPS SECRET"];
    let exif = chunk(*b"EXIF", &exif.concat());
    let whole = [
        extended(0x3C, 400, 300),
        chunk(*b"ICCP", &swapping()),
        only(&lossless(&picture(), None)),
        exif,
        chunk(*b"XMP ", b"<x:xmpmeta>SECRET"),
        chunk(*b"prVt", b"SECRET"),
    ];
    let colours = [2, 0, 3, 1].map(|quarter| swapped()[quarter]);
    let behind = [&lossless(&picture(), None)[..], b"PK\x03\x04 SECRET"].concat();
    vec![
        fitted("turned, with a profile and metadata", file(&whole), Shown(Jpeg, 300, 400, colours)),
        fitted("an archive behind the end", behind, SAME),
    ]
}

fn hostile() -> Vec<Case> {
    let whole = lossless(&picture(), None);
    let frame = chunk(*b"ANMF", &[&[0; 16][..], &lossy(64, 64)].concat());
    let animation = [extended(0x02, 400, 300), chunk(*b"ANIM", &[0; 6]), frame];
    let mut huge = whole.clone();
    huge[21..25].copy_from_slice(&(16_383_u32 + (16_383 << 14)).to_le_bytes());
    let mut many = whole.clone();
    many[21..25].copy_from_slice(&(7_999_u32 + (5_999 << 14)).to_le_bytes());
    let lying = [extended(0, 4000, 3000), only(&whole)];
    let two = [only(&whole), lossy(400, 300)];
    let long = [b"RIFF\xFF\xFF\xFF\xFF".as_slice(), &whole[8..]].concat();
    vec![
        fitted("an animation", file(&animation), Refused(PhotoUnreadable)),
        fitted("the first half", whole[..whole.len() / 2].to_vec(), Refused(PhotoUnreadable)),
        fitted("a file that claims four gigabytes", long, Refused(PhotoUnreadable)),
        fitted("no picture", file(&[extended(0, 400, 300)]), Refused(PhotoUnreadable)),
        fitted("two pictures", file(&two), Refused(PhotoUnreadable)),
        fitted("two sizes, of which the picture's own counts", file(&lying), SAME),
        fitted("16,384 × 16,384 in a few bytes", huge, Refused(PhotoTooLarge)),
        fitted("a map of groups for 268 megapixels", grouped(16_384, 16_384, 1, false), Refused(PhotoTooLarge)),
        fitted("one transformation of copies of nothing", copying(8_000, 6_000, 1), Refused(PhotoUnreadable)),
        fitted("1,000 transformations of copies of nothing", copying(8_000, 6_000, 1_000), Refused(PhotoUnreadable)),
        fitted("48 megapixels that are not there", many, Refused(PhotoUnreadable)),
        fitted("lossy, cut", file(&[chunk(*b"VP8 ", &lossy(640, 480)[8..200])]), Refused(PhotoUnreadable)),
        fitted("larger than lossy can be", file(&[lossy(16_383, 4000)]), Refused(PhotoTooLarge)),
    ]
}

fn others() -> Vec<Case> {
    let refused = |name, file: &[u8]| fitted(name, file.to_vec(), Refused(PhotoUnreadable));
    vec![
        refused("nothing", b""),
        refused("one byte", b"\xFF"),
        refused("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic SECRET"),
        refused("AVIF", b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1"),
        refused("GIF", b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"),
        refused("BMP", b"BM\x3A\0\0\0\0\0\0\0\x36\0\0\0"),
        refused("TIFF", b"II*\0\x08\0\0\0\0\0"),
        refused("SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
        refused("a page of the web", b"<!doctype html><script>alert(1)</script>"),
        refused("PDF", b"%PDF-1.7"),
        refused("an archive", b"PK\x03\x04"),
        refused("a program", b"\x7FELF\x02\x01\x01"),
    ]
}

/// What is known by name and not taken says so.
#[test]
fn a_refusal_names_the_format() {
    let faults = super::super::prepare(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", super::LIMITS, true).unwrap_err();
    assert_eq!(faults[0].figures, [("format", "HEIC".into()), ("hint", "JPEG".into())]);
    let faults = super::super::prepare(&lossless(&picture(), None), super::LIMITS, false).unwrap_err();
    assert_eq!(faults[0].figures, [("format", "WebP".into()), ("hint", "fit=true".into())]);
}

proptest! {
    /// Whatever is written before the pixels, it is taken or refused.
    #[test]
    fn damaged_lossless_data_is_taken_apart_or_not(
        damage in vec((0..500_usize, any::<u8>()), 1..20), length in 30..4_000_usize, wide in any::<bool>(),
    ) {
        let mut file = include_bytes!("files/textures.webp").to_vec();
        for (place, byte) in damage {
            file[25 + place] = byte;
        }
        if wide {
            file[21..25].copy_from_slice(&(8_191_u32 + (6_000 << 14)).to_le_bytes());
        }
        let data = file[20..20 + length].to_vec();
        if let Ok(source) = Source::of(&super::webp::file(&[chunk(*b"VP8L", &data)])) {
            prop_assert!(source.fixed_cost < 1 << 30);
        }
    }

    /// What the decoder can read to its end is never refused for what is written before the pixels.
    #[test]
    fn what_can_be_decoded_is_taken_apart(damage in vec((0..300_usize, any::<u8>()), 1..4)) {
        let mut file = include_bytes!("files/textures.webp").to_vec();
        for (place, byte) in damage {
            file[25 + place] = byte;
        }
        let is_decoded = std::panic::catch_unwind(|| {
            let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(&file)).unwrap();
            decoder.read_image(&mut vec![0; 400 * 300 * 3]).is_ok()
        });
        prop_assert!(!is_decoded.unwrap_or(false) || Source::of(&file).is_ok());
    }
}
