//! What a stored file may hold: the picture, and nothing that came with it.

use crate::domain::photo::PhotoType;

/// Texts that are put into the pictures of the tests, and the marks of metadata.
const MARKS: [&[u8]; 12] = [
    b"SECRET",
    b"GPS",
    b"Exif",
    b"xmp",
    b"XMP",
    b"Photoshop",
    b"ICC_PROFILE",
    b"iCCP",
    b"MPF",
    b"JFXX",
    b"ftyp",
    b"PK\x03\x04",
];

/// Panics where a stored file holds anything but a picture.
pub fn none_in(name: &str, kind: PhotoType, file: &[u8]) {
    for mark in MARKS {
        let is_there = file.windows(mark.len()).any(|window| window == mark);
        assert!(!is_there, "{name}: {}", String::from_utf8_lossy(mark));
    }
    match kind {
        PhotoType::Jpeg => only_needed_segments(name, file),
        PhotoType::Png => only_needed_chunks(name, file),
    }
}

fn only_needed_segments(name: &str, file: &[u8]) {
    assert_eq!(file[..2], [0xFF, 0xD8], "{name}");
    let mut at = 2;
    loop {
        assert_eq!(file[at], 0xFF, "{name} at {at}");
        let marker = file[at + 1];
        if marker == 0xD9 {
            assert_eq!(at + 2, file.len(), "{name}: something follows the end");
            return;
        }
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        let payload = &file[at + 4..at + 2 + length];
        match marker {
            0xE0 => assert!(payload.starts_with(b"JFIF\0") && payload.len() == 14, "{name}: {payload:?}"),
            0xEE => assert!(payload.starts_with(b"Adobe") && payload.len() == 12, "{name}: {payload:?}"),
            0xC0..=0xC2 | 0xC4 | 0xDA | 0xDB | 0xDD => {}
            _ => panic!("{name}: segment {marker:X}"),
        }
        at += 2 + length;
        if marker == 0xDA {
            while file[at] != 0xFF || matches!(file[at + 1], 0 | 0xD0..=0xD7) {
                at += 1;
            }
        }
    }
}

fn only_needed_chunks(name: &str, file: &[u8]) {
    let mut at = 8;
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let kind = &file[at + 4..at + 8];
        let most = match kind {
            b"IHDR" => 13,
            b"PLTE" => 768,
            b"tRNS" => 256,
            b"gAMA" => 4,
            b"cHRM" => 32,
            b"sRGB" => 1,
            b"IDAT" => file.len(),
            b"IEND" => 0,
            _ => panic!("{name}: chunk {}", String::from_utf8_lossy(kind)),
        };
        assert!(length <= most, "{name}: {length} bytes in {}", String::from_utf8_lossy(kind));
        at += length + 12;
        if kind == b"IEND" {
            assert_eq!((at, length), (file.len(), 0), "{name}: something follows the end");
        }
    }
}
