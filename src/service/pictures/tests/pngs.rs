//! The PNG files of the gallery.

use image::RgbImage;
use moxcms::ColorProfile;

use super::{
    draw::{QUARTERS, noise, quarters},
    gallery::{Becomes, Case, Refused, Shown, Stored, fitted, sent},
    jpegs::{swapped, swapping},
    png::{Header, blank, chunk, file, header, of, plain, zlib, zlib_of_zeros},
};
use crate::domain::{
    fault::Code::{PhotoTooLarge, PhotoUnreadable},
    photo::PhotoType::{Jpeg, Png},
};

pub fn rooms() -> Vec<fn() -> Vec<Case>> {
    vec![kinds, transparent, metadata, animated, large, too_large, broken, bombs]
}

fn picture() -> RgbImage {
    quarters(400, 300)
}

const SAME: Becomes = Shown(Png, 400, 300, QUARTERS);

/// The place of a colour among those of the quarters.
fn index(pixel: [u8; 3]) -> u8 {
    u8::try_from(QUARTERS.iter().position(|colour| *colour == pixel).unwrap()).unwrap()
}

fn palette() -> Vec<u8> {
    chunk(*b"PLTE", &QUARTERS.concat())
}

fn wide(pixel: &[u8]) -> Vec<u8> {
    pixel.iter().flat_map(|channel| [*channel, 0x77]).collect()
}

fn kinds() -> Vec<Case> {
    let grey = Shown(Png, 400, 300, QUARTERS.map(|colour| [colour[1]; 3]));
    let whole = |colour, interlaced, bytes: fn([u8; 3]) -> Vec<u8>| file(&of(&picture(), colour, interlaced, bytes));
    let indexed = |interlaced| {
        let [head, data] = of(&picture(), (3, 8), interlaced, |pixel| vec![index(pixel)]);
        file(&[head, palette(), data])
    };
    let bits = |depth: u8| {
        let head = Header { width: 400, height: 300, depth, colour: 0, is_interlaced: false };
        file(&[header(head), chunk(*b"IDAT", &zlib(&vec![0; 300 * (1 + 400 * usize::from(depth) / 8)]))])
    };
    vec![
        sent("colours", whole((2, 8), false, |pixel| pixel.to_vec()), SAME),
        sent("colours in passes", whole((2, 8), true, |pixel| pixel.to_vec()), SAME),
        sent("colours of 16 bits", whole((2, 16), false, |pixel| wide(&pixel)), SAME),
        sent("colours of 16 bits in passes", whole((2, 16), true, |pixel| wide(&pixel)), SAME),
        sent("grey", whole((0, 8), false, |pixel| vec![pixel[1]]), grey),
        sent("grey of 16 bits", whole((0, 16), true, |pixel| wide(&[pixel[1]])), grey),
        sent("grey and opaque", whole((4, 8), true, |pixel| vec![pixel[1], 255]), grey),
        sent("grey and opaque of 16 bits", whole((4, 16), false, |pixel| wide(&[pixel[1], 255])), grey),
        sent("a palette", indexed(false), SAME),
        sent("a palette in passes", indexed(true), SAME),
        sent("black and white", bits(1), Shown(Png, 400, 300, [[0; 3]; 4])),
        sent("grey of four bits", bits(4), Shown(Png, 400, 300, [[0; 3]; 4])),
        fitted("a small one with fit", file(&plain(&picture())), SAME),
        fitted("noise", file(&plain(&noise(700, 700))), Stored(Jpeg, 700, 700)),
    ]
}

/// Noise with a clear square at each quarter's middle, which is white where it is encoded again.
fn transparent() -> Vec<Case> {
    let clear = |pixel: [u8; 3]| if QUARTERS.contains(&pixel) { 0 } else { 255 };
    let mut mixed = noise(800, 600);
    for (place, colour) in [(200, 150), (600, 150), (200, 450), (600, 450)].into_iter().zip(QUARTERS) {
        for (x, y) in (0..64).flat_map(|y| (0..64).map(move |x| (x, y))) {
            mixed.put_pixel(place.0 + x - 32, place.1 + y - 32, image::Rgb(colour));
        }
    }
    let white = Shown(Jpeg, 800, 600, [[255; 3]; 4]);
    let bytes = |pixel: [u8; 3]| [&pixel[..], &[clear(pixel)]].concat();
    let [head, data] =
        of(&mixed, (2, 8), false, |pixel| if QUARTERS.contains(&pixel) { vec![1, 2, 3] } else { pixel.to_vec() });
    let small = file(&of(&picture(), (6, 8), false, |pixel| [&pixel[..], &[0]].concat()));
    vec![
        fitted("clear squares", file(&of(&mixed, (6, 8), false, bytes)), white),
        fitted("clear squares in passes", file(&of(&mixed, (6, 8), true, bytes)), white),
        fitted("clear squares of 16 bits", file(&of(&mixed, (6, 16), false, |pixel| wide(&bytes(pixel)))), white),
        fitted("a colour that is clear", file(&[head, chunk(*b"tRNS", &[0, 1, 0, 2, 0, 3]), data]), white),
        sent("all clear, and small enough", small, SAME),
    ]
}

fn metadata() -> Vec<Case> {
    let [head, data] = plain(&picture());
    let between =
        |chunks: &[Vec<u8>]| file(&[std::slice::from_ref(&head), chunks, std::slice::from_ref(&data)].concat());
    let profile = |profile: &[u8]| chunk(*b"iCCP", &[b"SECRET\0\0".as_slice(), profile].concat());
    let exif = |orientation: u8| {
        let start = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice();
        chunk(*b"eXIf", &[start, &[orientation, 0, 0, 0, 0, 0, 0], b"GPS SECRET"].concat())
    };
    let texts = [
        chunk(*b"tEXt", b"Author\0SECRET"),
        chunk(*b"zTXt", &[b"Comment\0\0".as_slice(), &zlib(b"SECRET")].concat()),
        chunk(*b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>SECRET"),
        chunk(*b"tIME", &[7, 234, 11, 24, 12, 0, 0]),
        chunk(*b"pHYs", &[0, 0, 11, 19, 0, 0, 11, 19, 1]),
        chunk(*b"sBIT", &[8, 8, 8]),
        chunk(*b"gAMA", &45_455_u32.to_be_bytes()),
        chunk(*b"sRGB", b"\0"),
        chunk(*b"prVt", b"SECRET"),
        chunk(*b"gAMA", b"SECRET in a known chunk"),
        exif(1),
    ];
    let bomb = chunk(*b"zTXt", &[b"Comment\0\0".as_slice(), &zlib_of_zeros(1 << 29)].concat());
    let archive = [&between(&texts)[..], b"PK\x03\x04 SECRET archive"].concat();
    let behind = |chunk: Vec<u8>| file(&[head.clone(), data.clone(), chunk]);
    let turned = [2, 0, 3, 1].map(|quarter| QUARTERS[quarter]);
    vec![
        sent("every kind of metadata", between(&texts), SAME),
        sent("the same and an archive", archive, SAME),
        sent("texts behind the picture", file(&[&[head.clone(), data.clone()], &texts[..3]].concat()), SAME),
        sent("turned", between(&[exif(6)]), Shown(Jpeg, 300, 400, turned)),
        sent("the usual profile", between(&[profile(&zlib(&ColorProfile::new_srgb().encode().unwrap()))]), SAME),
        sent("another profile", between(&[profile(&zlib(&swapping()))]), Shown(Jpeg, 400, 300, swapped())),
        sent("a profile that is none", between(&[profile(b"SECRET")]), SAME),
        sent("a profile that is a bomb", between(&[profile(&zlib_of_zeros(1 << 29))]), SAME),
        sent("a text that is a bomb", between(&[bomb]), SAME),
        sent("a transparency that is none", between(&[chunk(*b"tRNS", &b"SECRET".repeat(50_000))]), SAME),
        sent("a palette that is none", between(&[chunk(*b"PLTE", &b"SECRET".repeat(50_000))]), SAME),
        sent("a palette for what has none", behind(chunk(*b"PLTE", b"SECRET")), SAME),
        sent("a transparency behind the picture", behind(chunk(*b"tRNS", b"SECRET")), SAME),
    ]
}

fn animated() -> Vec<Case> {
    let [head, data] = plain(&picture());
    let control = |count: u32| chunk(*b"acTL", &[count.to_be_bytes(), [0; 4]].concat());
    let frame = |number: u32| {
        let places = [number, 1, 1, 0, 0].map(u32::to_be_bytes).concat();
        let picture = [&(number + 1).to_be_bytes()[..], &zlib(&[0, 1, 2, 3])].concat();
        [chunk(*b"fcTL", &[&places[..], &[0, 1, 0, 1, 0, 0]].concat()), chunk(*b"fdAT", &picture)]
    };
    let first =
        chunk(*b"fcTL", &[&[0, 400, 300, 0, 0].map(u32::to_be_bytes).concat()[..], &[0, 1, 0, 1, 0, 0]].concat());
    let frames: Vec<_> = (0..10_000).flat_map(|number| frame(2 * number + 1)).collect();
    let whole = [&[head.clone(), control(10_001), first, data.clone()], &frames[..]].concat();
    vec![
        sent("an animation of 10,000 frames", file(&whole), SAME),
        sent("an animation that claims four milliards", file(&[head, control(u32::MAX), data]), SAME),
    ]
}

const fn head(width: u32, height: u32, (colour, depth): (u8, u8), is_interlaced: bool) -> Header {
    Header { width, height, depth, colour, is_interlaced }
}

/// Turned, so that it is encoded again.
fn turned(file: &[u8]) -> Vec<u8> {
    let exif = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    [&file[..33], &chunk(*b"eXIf", exif), &file[33..]].concat()
}

fn large() -> Vec<Case> {
    let blank = |width, height, kind, interlaced| blank(head(width, height, kind, interlaced));
    vec![
        sent("fifty megapixels of grey", blank(8000, 6250, (0, 8), false), Stored(Png, 8000, 6250)),
        fitted("fifty megapixels of 16 bits", turned(&blank(8000, 6125, (6, 16), false)), Stored(Jpeg, 1568, 2048)),
        fitted("fifty megapixels in passes", turned(&blank(8000, 6125, (6, 8), true)), Stored(Jpeg, 1568, 2048)),
        fitted("long and thin", turned(&blank(65_535, 762, (2, 8), false)), Stored(Jpeg, 300, 25_801)),
    ]
}

fn too_large() -> Vec<Case> {
    let empty = |width, height| file(&[header(head(width, height, (2, 8), false)), chunk(*b"IDAT", &zlib(&[0; 999]))]);
    vec![
        fitted("50,000 × 50,000 in 2 kB", empty(50_000, 50_000), Refused(PhotoTooLarge)),
        sent("as large as can be written", empty(0x7FFF_FFFF, 0x7FFF_FFFF), Refused(PhotoTooLarge)),
        sent("larger than can be written", empty(u32::MAX, u32::MAX), Refused(PhotoTooLarge)),
        fitted("65,536 pixels long", empty(65_536, 400), Refused(PhotoTooLarge)),
        fitted("no width", empty(0, 400), Refused(PhotoUnreadable)),
        fitted("fifty megapixels that are not there", empty(10_000, 5000), Refused(PhotoUnreadable)),
    ]
}

fn broken() -> Vec<Case> {
    let [head, data] = plain(&picture());
    let whole = file(&[head.clone(), data.clone()]);
    let cut = |at: usize| whole[..at].to_vec();
    let mut wrong = whole.clone();
    wrong[23] ^= 1;
    let mut damaged = whole.clone();
    damaged[60..80].fill(0xAA);
    let long = |length: u32| [&whole[..33], &length.to_be_bytes(), b"tEXtSECRET", &whole[33..]].concat();
    let small: Vec<_> = zlib(&super::png::rows(&picture(), false, |pixel| pixel.to_vec()))
        .chunks(1)
        .map(|byte| chunk(*b"IDAT", byte))
        .collect();
    let apple = [&b"\x89PNG\r\n\x1a\n"[..], &chunk(*b"CgBI", &[0x50, 0, 0x20, 2]), &whole[8..]].concat();
    vec![
        sent("only the signature", cut(8), Refused(PhotoUnreadable)),
        sent("only the header", cut(33), Refused(PhotoUnreadable)),
        fitted("the first half", cut(whole.len() / 2), Refused(PhotoUnreadable)),
        sent("all but the end", cut(whole.len() - 12), Refused(PhotoUnreadable)),
        sent("a header with a wrong checksum", wrong, Refused(PhotoUnreadable)),
        sent("damaged data", damaged, Refused(PhotoUnreadable)),
        sent("no data", file(std::slice::from_ref(&head)), Refused(PhotoUnreadable)),
        sent("no header", file(std::slice::from_ref(&data)), Refused(PhotoUnreadable)),
        sent(
            "a text before the header",
            file(&[chunk(*b"tEXt", b"a\0b"), head.clone(), data.clone()]),
            Refused(PhotoUnreadable),
        ),
        sent("two headers", file(&[head.clone(), head, data]), SAME),
        sent("a chunk of four gigabytes", long(u32::MAX), Refused(PhotoUnreadable)),
        sent("a chunk of two gigabytes", long(0x7FFF_FFFF), Refused(PhotoUnreadable)),
        sent("a byte in each chunk", file(&[&whole_head(&whole), &small[..]].concat()), SAME),
        sent(
            "without its palette",
            file(&of(&picture(), (3, 8), false, |pixel| vec![index(pixel)])),
            Refused(PhotoUnreadable),
        ),
        sent("as Apple alters it", apple, Refused(PhotoUnreadable)),
    ]
}

fn whole_head(file: &[u8]) -> Vec<Vec<u8>> {
    vec![file[8..33].to_vec()]
}

fn bombs() -> Vec<Case> {
    let small = header(head(300, 300, (2, 8), false));
    let bomb = |bytes| file(&[small.clone(), chunk(*b"IDAT", &zlib_of_zeros(bytes))]);
    let passes = header(head(300, 300, (2, 8), true));
    let data = zlib(&super::png::rows(&picture(), false, |pixel| pixel.to_vec()));
    let [head, _] = plain(&picture());
    vec![
        sent("300 MB behind 300 × 300 pixels", bomb(300_000_000), Shown(Jpeg, 300, 300, [[0; 3]; 4])),
        sent("a gigabyte behind 300 × 300 pixels", bomb(1_000_000_000), Refused(PhotoTooLarge)),
        fitted("the same with fit", bomb(1_000_000_000), Shown(Jpeg, 300, 300, [[0; 3]; 4])),
        fitted(
            "a gigabyte in passes",
            file(&[passes, chunk(*b"IDAT", &zlib_of_zeros(1_000_000_000))]),
            Shown(Jpeg, 300, 300, [[0; 3]; 4]),
        ),
        sent(
            "a text in the data of the picture",
            file(&[head, chunk(*b"IDAT", &[&data[..], b"SECRET"].concat())]),
            Shown(Jpeg, 400, 300, QUARTERS),
        ),
    ]
}
