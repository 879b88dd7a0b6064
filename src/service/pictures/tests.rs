use image::{Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg::JpegEncoder};

use super::*;

const LIMITS: PhotoLimits = PhotoLimits { max_bytes: 393_216, min_side_px: 300 };

/// Noise, which compresses badly.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let [one, two, three, _] = state.to_le_bytes();
        Rgb([one, two, three])
    })
}

fn jpeg_of(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).unwrap();
    out
}

fn png_of(picture: &RgbImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn plain(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([u8::from(x < width / 2) * 200, u8::from(y < height / 2) * 200, 90]))
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), payload].concat()
}

/// The picture with segments of metadata behind its SOI and a film behind its end.
fn with_metadata(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let exif =
        [b"Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0], &[0; 4]];
    let exif = [&exif.concat()[..], b"GPS 30.5N 114.3E"].concat();
    [
        &jpeg[..2],
        &segment(0xE1, &exif),
        &segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>secret</x:xmpmeta>"),
        &segment(0xED, b"Photoshop 3.0\0secret"),
        &segment(0xFE, b"a secret comment"),
        &jpeg[2..],
        b"ftypmp42 secret film",
    ]
    .concat()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn codes(faults: &[Fault]) -> Vec<Code> {
    faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_jpeg_loses_its_metadata_and_keeps_its_pixels() {
    let jpeg = jpeg_of(&plain(400, 300), 90);
    let picture = prepare(&with_metadata(&jpeg, 1), LIMITS, false).unwrap();
    assert_eq!(picture.kind, PhotoType::Jpeg);
    for secret in [&b"secret"[..], b"GPS", b"Exif", b"xmpmeta", b"Photoshop"] {
        assert!(!contains(&picture.content, secret), "{}", String::from_utf8_lossy(secret));
    }
    let before = image::load_from_memory(&jpeg).unwrap();
    assert_eq!(image::load_from_memory(&picture.content).unwrap(), before);
    assert_eq!((picture.facts.width_px, picture.facts.height_px), (400, 300));
    assert_eq!(picture.facts.bytes, picture.content.len() as u64);
}

#[test]
fn a_turned_jpeg_stays_turned() {
    let picture = prepare(&with_metadata(&jpeg_of(&plain(600, 300), 90), 6), LIMITS, false).unwrap();
    assert_eq!((picture.facts.width_px, picture.facts.height_px), (300, 600));
    assert!(!contains(&picture.content, b"GPS"));
    let mut decoder =
        ImageReader::with_format(Cursor::new(&picture.content), ImageFormat::Jpeg).into_decoder().unwrap();
    assert_eq!(decoder.orientation().unwrap(), Orientation::Rotate90);
    let thumb = image::load_from_memory(&picture.thumb).unwrap();
    assert_eq!((thumb.width(), thumb.height()), (160, 320));
}

#[test]
fn a_png_loses_all_but_its_picture() {
    let png = png_of(&plain(300, 300));
    let text = b"tEXtComment\0secret";
    let chunk = [&u32::try_from(text.len() - 4).unwrap().to_be_bytes()[..], text, &[0; 4]].concat();
    let with_text = [&png[..33], &chunk, &png[33..], b"secret"].concat();
    let picture = prepare(&with_text, LIMITS, false).unwrap();
    assert_eq!(picture.kind, PhotoType::Png);
    assert_eq!(picture.content, png);
}

#[test]
fn what_is_no_picture_is_refused() {
    let jpeg = jpeg_of(&plain(400, 300), 90);
    let png = png_of(&plain(300, 300));
    let half_png = &png[..png.len() / 2];
    for file in [&b""[..], b"GIF89a", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", &jpeg[..100], half_png] {
        assert_eq!(codes(&prepare(file, LIMITS, true).unwrap_err()), [Code::PhotoUnreadable], "{}", file.len());
    }
}

#[test]
fn sides_and_bytes_are_checked_and_both_named() {
    assert_eq!(codes(&prepare(&jpeg_of(&plain(1000, 299), 90), LIMITS, true).unwrap_err()), [Code::PhotoTooSmall]);
    let heavy = png_of(&noise(500, 500));
    let faults = prepare(&heavy, LIMITS, false).unwrap_err();
    assert_eq!(codes(&faults), [Code::PhotoTooLarge]);
    assert!(faults[0].figures.contains(&("hint", "fit=true".into())));
    let narrow = PhotoLimits { max_bytes: 1000, min_side_px: 600 };
    assert_eq!(codes(&prepare(&heavy, narrow, true).unwrap_err()), [Code::PhotoTooLarge, Code::PhotoTooSmall]);
}

#[test]
fn a_large_picture_is_made_to_fit() {
    let heavy = jpeg_of(&noise(2500, 1200), 95);
    assert!(heavy.len() as u64 > LIMITS.max_bytes);
    let picture = prepare(&with_metadata(&heavy, 8), LIMITS, true).unwrap();
    assert_eq!(picture.facts.faults(LIMITS), []);
    assert!(picture.facts.width_px < picture.facts.height_px);
    let decoded = image::load_from_memory(&picture.content).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (picture.facts.width_px, picture.facts.height_px));
    assert!(!contains(&picture.content, b"Exif"));
}

#[test]
fn what_cannot_fit_is_refused() {
    let tight = PhotoLimits { max_bytes: 2_000, min_side_px: 300 };
    assert_eq!(codes(&prepare(&png_of(&noise(400, 400)), tight, true).unwrap_err()), [Code::PhotoTooLarge]);
}

#[test]
fn more_pixels_than_are_decoded_are_refused_by_the_header() {
    let mut png = png_of(&plain(300, 300));
    png[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x13, 0x89]);
    let crc = crc(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let faults = prepare(&png, LIMITS, true).unwrap_err();
    assert_eq!(codes(&faults), [Code::PhotoTooLarge]);
    assert!(faults[0].figures.contains(&("actual_pixels", 50_010_000.into())));
}

#[test]
fn transparency_becomes_white() {
    let mut clear = RgbaImage::from_pixel(800, 800, Rgba([0, 0, 0, 0]));
    for (x, y, pixel) in noise(800, 800).enumerate_pixels().filter(|(x, _, _)| *x > 100) {
        clear.put_pixel(x, y, Rgba([pixel[0], pixel[1], pixel[2], 255]));
    }
    let mut file = Cursor::new(Vec::new());
    clear.write_to(&mut file, ImageFormat::Png).unwrap();
    let picture = prepare(&file.into_inner(), LIMITS, true).unwrap();
    assert!(image::load_from_memory(&picture.content).unwrap().to_rgb8().get_pixel(1, 1).0.iter().all(|&c| c > 240));
}

/// The checksum of PNG chunks.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}
