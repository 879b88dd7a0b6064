//! The JPEG files of the gallery.

use image::RgbImage;
use jpeg_encoder::{ColorType, SamplingFactor};
use moxcms::ColorProfile;

use super::{
    LIMITS,
    draw::{QUARTERS, noise, quarters},
    gallery::{Case, Refused, Scaled, Shown, Stored, fitted, sent},
    jpeg::{self, Manner, PLAIN, exif, file, of_quality, profile, resized, segment, with, xmp},
};
use crate::domain::{
    fault::Code::{PhotoTooLarge, PhotoTooSmall, PhotoUnreadable},
    photo::PhotoType::Jpeg,
};

pub fn rooms() -> Vec<fn() -> Vec<Case>> {
    vec![kinds, orientations, metadata, profiles, sizes, large, broken, hostile, other_frames]
}

fn picture() -> RgbImage {
    quarters(600, 400)
}

const SAME: super::gallery::Becomes = Shown(Jpeg, 600, 400, QUARTERS);

fn kinds() -> Vec<Case> {
    let of = |manner: Manner| file(&picture(), manner);
    let grey = QUARTERS.map(|colour| [colour[1]; 3]);
    vec![
        sent("a plain picture", of(PLAIN), SAME),
        sent("grey", of(Manner { colour: ColorType::Luma, ..PLAIN }), Shown(Jpeg, 600, 400, grey)),
        sent("progressive", of(Manner { is_progressive: true, ..PLAIN }), SAME),
        sent("colours at half size", of(Manner { sampling: SamplingFactor::F_2_2, ..PLAIN }), SAME),
        sent("colours at half width", of(Manner { sampling: SamplingFactor::F_2_1, ..PLAIN }), SAME),
        sent("colours at a quarter", of(Manner { sampling: SamplingFactor::F_4_1, ..PLAIN }), SAME),
        sent("restart intervals", of(Manner { restart_interval: 7, ..PLAIN }), SAME),
        sent("four inks", of(Manner { colour: ColorType::Cmyk, ..PLAIN }), SAME),
        sent("four inks, transformed", of(Manner { colour: ColorType::CmykAsYcck, ..PLAIN }), SAME),
        fitted("four inks with fit", of(Manner { colour: ColorType::Cmyk, ..PLAIN }), SAME),
        sent("four inks, progressive", of(Manner { colour: ColorType::Cmyk, is_progressive: true, ..PLAIN }), SAME),
    ]
}

/// The quarters as they are seen with each orientation, from 1.
const TURNED: [[usize; 4]; 8] =
    [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [0, 2, 1, 3], [2, 0, 3, 1], [3, 1, 2, 0], [1, 3, 0, 2]];

fn orientations() -> Vec<Case> {
    let plain = file(&picture(), PLAIN);
    let mut cases = Vec::new();
    for (orientation, seen) in (1..).zip(TURNED) {
        let (width, height) = if orientation > 4 { (400, 600) } else { (600, 400) };
        let becomes = Shown(Jpeg, width, height, seen.map(|quarter| QUARTERS[quarter]));
        let turned = |is_big_endian| with(&plain, &[exif(orientation, is_big_endian)]);
        cases.push(sent("turned", turned(true), becomes));
        cases.push(fitted("turned with fit", turned(false), becomes));
    }
    let first = [exif(3, true), exif(6, true)];
    let upside_down = Shown(Jpeg, 600, 400, TURNED[2].map(|quarter| QUARTERS[quarter]));
    cases.push(sent("turned twice", with(&plain, &first), upside_down));
    cases.push(sent("turned as nothing can be", with(&plain, &[exif(9, true)]), SAME));
    let lost = segment(0xE1, b"Exif\0\0MM\0\x2A\xFF\xFF\xFF\xF0\xFF\xFF SECRET");
    cases.push(sent("EXIF that points nowhere", with(&plain, &[lost]), SAME));
    let endless = segment(0xE1, b"Exif\0\0MM\0\x2A\0\0\0\x08\xFF\xFF\x01\x12\0\x03\xFF\xFF\xFF\xFF\0\x06\0\0 SECRET");
    cases.push(sent("EXIF that counts too much", with(&plain, &[endless]), SAME));
    cases
}

fn metadata() -> Vec<Case> {
    let plain = file(&picture(), PLAIN);
    let iptc = segment(0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x06SECRET");
    let comment = segment(0xFE, b"SECRET comment");
    let thumbnail = segment(0xE0, b"JFXX\0\x10\xFF\xD8SECRET\xFF\xD9");
    let parts = segment(0xE2, b"MPF\0MM\0\x2ASECRET");
    let ducky = segment(0xEC, b"Ducky\0SECRET");
    let all = [exif(1, true), xmp(), iptc, comment.clone(), thumbnail, parts, ducky];
    let film = [&with(&plain, &all)[..], b"\0\0\0\x18ftypmp42 SECRET film"].concat();
    let end = plain.len() - 2;
    let before_the_end = [&plain[..end], &comment, &xmp(), &plain[end..]].concat();
    let second = [&plain[..], &with(&plain, &all)].concat();
    let archive = [&plain[..], b"PK\x03\x04 SECRET archive"].concat();
    let page = with(&plain, &[segment(0xFE, b"<html><script>SECRET</script>")]);
    let long: Vec<_> = (0..300)
        .map(|_| segment(0xE1, &[b"http://ns.adobe.com/xmp/extension/\0".as_slice(), &vec![b'x'; 60_000]].concat()))
        .collect();
    let comments: Vec<_> = (0..100_000).map(|_| comment.clone()).collect();
    vec![
        sent("every kind of metadata and a film", film.clone(), SAME),
        fitted("the same with fit", film, SAME),
        sent("metadata before the end", before_the_end, SAME),
        sent("a second picture behind the first", second, SAME),
        sent("an archive behind the end", archive, SAME),
        sent("a page of the web in a comment", page, SAME),
        sent("18 megabytes of metadata", with(&plain, &long), SAME),
        sent("100,000 comments", with(&plain, &comments), SAME),
        sent("bytes of filling before markers", [b"\xFF\xD8\xFF\xFF\xFF", &plain[3..]].concat(), SAME),
    ]
}

/// Red and green change places.
pub fn swapping() -> Vec<u8> {
    let mut profile = ColorProfile::new_srgb();
    std::mem::swap(&mut profile.red_colorant, &mut profile.green_colorant);
    profile.encode().unwrap()
}

/// The colours of the quarters as [`swapping`] shows them.
pub fn swapped() -> [[u8; 3]; 4] {
    QUARTERS.map(|[red, green, blue]| [green, red, blue])
}

fn profiles() -> Vec<Case> {
    let plain = file(&picture(), PLAIN);
    let with_profile = |data: &[u8]| with(&plain, &profile(data));
    let usual = ColorProfile::new_srgb().encode().unwrap();
    let mut shuffled = profile(&[swapping(), vec![0; 60_000]].concat());
    shuffled.reverse();
    let mut missing = profile(&[swapping(), vec![0; 60_000]].concat());
    missing.pop();
    let mut lying = swapping();
    lying[128..132].copy_from_slice(&u32::MAX.to_be_bytes());
    let inks = with(&file(&picture(), Manner { colour: ColorType::Cmyk, ..PLAIN }), &profile(&swapping()));
    vec![
        sent("the usual profile", with_profile(&usual), SAME),
        sent("another profile", with_profile(&swapping()), Shown(Jpeg, 600, 400, swapped())),
        fitted("another profile with fit", with_profile(&swapping()), Shown(Jpeg, 600, 400, swapped())),
        sent("parts of a profile out of order", with(&plain, &shuffled), Shown(Jpeg, 600, 400, swapped())),
        sent("a profile with a part missing", with(&plain, &missing), SAME),
        sent("a profile that is none", with_profile(b"SECRET, not a profile"), SAME),
        sent("a profile that lies of its tags", with_profile(&lying), SAME),
        sent("a profile of nine megabytes", with_profile(&vec![b'x'; 9_000_000]), SAME),
        sent("four inks with a profile of three", inks, Shown(Jpeg, 600, 400, QUARTERS)),
    ]
}

/// The file with tables that are replaced by the right ones, to have exactly so many bytes.
fn filled(file: &[u8], bytes: usize) -> Vec<u8> {
    let missing = bytes - file.len();
    let longer = missing % 22;
    let table = |codes: u8| {
        let mut table = [0; 18];
        table[1] = 1;
        table[2] = codes - 1;
        segment(0xC4, &[&table[..17], &vec![0; usize::from(codes)]].concat())
    };
    let segments: Vec<_> = (0..missing / 22).map(|at| table(if at < longer { 2 } else { 1 })).collect();
    with(file, &segments)
}

fn sizes() -> Vec<Case> {
    let base = of_quality(&noise(620, 400), 75);
    let limit = usize::try_from(LIMITS.max_bytes).unwrap();
    let (exact, over) = (filled(&base, limit), filled(&base, limit + 1));
    assert_eq!((exact.len(), over.len()), (393_216, 393_217));
    let turned_over = with(&over, &[exif(6, true)]);
    let narrow = file(&quarters(1000, 299), PLAIN);
    vec![
        sent("393,216 bytes", exact.clone(), Stored(Jpeg, 620, 400)),
        sent("393,216 bytes and metadata", with(&exact, &[exif(1, true), xmp()]), Stored(Jpeg, 620, 400)),
        sent("393,217 bytes", over.clone(), Refused(PhotoTooLarge)),
        fitted("393,217 bytes with fit", over, Stored(Jpeg, 620, 400)),
        sent("393,217 bytes, turned", turned_over, Refused(PhotoTooLarge)),
        sent("300 pixels", file(&quarters(300, 300), PLAIN), Shown(Jpeg, 300, 300, QUARTERS)),
        sent("299 pixels", narrow.clone(), Refused(PhotoTooSmall)),
        fitted("299 pixels with fit", narrow, Refused(PhotoTooSmall)),
        fitted("1 pixel", file(&quarters(1, 1), PLAIN), Refused(PhotoTooSmall)),
        fitted("noise", of_quality(&noise(2500, 1200), 95), Scaled(25, 12)),
    ]
}

/// A picture of 8,000 × 6,000 pixels: one row of blocks, many times.
pub fn repeated(width: u16, height: u16) -> Vec<u8> {
    let strip = noise(width.into(), 16);
    let manner = Manner { quality: 35, sampling: SamplingFactor::F_2_2, restart_interval: width.div_ceil(16), ..PLAIN };
    let one = resized(&file(&strip, manner), width, height);
    let scan = (2..one.len()).find(|at| one[*at..].starts_with(&[0xFF, 0xDA])).unwrap() + 14;
    let (head, row) = (&one[..scan], &one[scan..one.len() - 2]);
    let mut out = head.to_vec();
    for at in 0..height.div_ceil(16) {
        if at > 0 {
            out.extend([0xFF, 0xD0 + u8::try_from((at - 1) % 8).unwrap()]);
        }
        out.extend_from_slice(row);
    }
    out.extend([0xFF, 0xD9]);
    out
}

fn large() -> Vec<Case> {
    let twelve = repeated(4000, 3000);
    let fifty = repeated(8192, 6096);
    assert!(fifty.len() < 20 * 1024 * 1024, "{}", fifty.len());
    vec![
        sent("twelve megapixels", twelve.clone(), Refused(PhotoTooLarge)),
        fitted("twelve megapixels with fit", with(&twelve, &[exif(6, true)]), Scaled(3, 4)),
        fitted("fifty megapixels with fit", with(&fifty, &[exif(1, true), xmp()]), Scaled(8192, 6096)),
    ]
}

fn broken() -> Vec<Case> {
    let plain = file(&picture(), PLAIN);
    let progressive = file(&picture(), Manner { is_progressive: true, ..PLAIN });
    let mut damaged = plain.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 400].fill(0xAA);
    let cut = |file: &[u8], at: usize| file[..at].to_vec();
    vec![
        fitted("the first three bytes", cut(&plain, 3), Refused(PhotoUnreadable)),
        fitted("the first hundred bytes", cut(&plain, 100), Refused(PhotoUnreadable)),
        fitted("the first half", cut(&plain, plain.len() / 2), Refused(PhotoUnreadable)),
        sent("all but the last byte", cut(&plain, plain.len() - 1), Refused(PhotoUnreadable)),
        sent("all but the end", cut(&plain, plain.len() - 2), Refused(PhotoUnreadable)),
        sent("half of a progressive one", cut(&progressive, progressive.len() / 2), Refused(PhotoUnreadable)),
        sent("no picture between the marks", b"\xFF\xD8\xFF\xD9".to_vec(), Refused(PhotoUnreadable)),
        sent(
            "a segment that is too long",
            [&plain[..2], &[0xFF, 0xE1, 0xFF, 0xFF], &plain[2..40]].concat(),
            Refused(PhotoUnreadable),
        ),
        sent(
            "a segment of length zero",
            [&plain[..2], &[0xFF, 0xE1, 0, 0], &plain[2..]].concat(),
            Refused(PhotoUnreadable),
        ),
        sent("a text with the mark of JPEG", b"\xFF\xD8\xFF<html>SECRET</html>".to_vec(), Refused(PhotoUnreadable)),
    ]
}

/// With so many zeros before its end that all blocks could be there.
fn padded(file: &[u8]) -> Vec<u8> {
    let (picture, end) = file.split_at(file.len() - 2);
    [picture, &vec![0; 10_000_000], end].concat()
}

fn hostile() -> Vec<Case> {
    let plain = file(&quarters(64, 64), PLAIN);
    let progressive = file(&quarters(64, 64), Manner { is_progressive: true, ..PLAIN });
    let last = (2..progressive.len()).rfind(|at| progressive[*at..].starts_with(&[0xFF, 0xDA])).unwrap();
    let (head, scan) = (&progressive[..last], &progressive[last..progressive.len() - 2]);
    let scans = [head, &scan.repeat(5000), &[0xFF, 0xD9]].concat();
    let grey_progressive = file(&quarters(64, 64), Manner { is_progressive: true, colour: ColorType::Luma, ..PLAIN });
    let huge = |width, height| resized(&plain, width, height);
    assert!(plain.len() < 2048);
    vec![
        fitted("50,000 × 50,000 in 2 kB", huge(50_000, 50_000), Refused(PhotoUnreadable)),
        sent("65,535 × 65,535 in 2 kB", huge(65_535, 65_535), Refused(PhotoUnreadable)),
        fitted("50,000 × 50,000 in 10 MB", padded(&huge(50_000, 50_000)), Refused(PhotoTooLarge)),
        fitted("10,000 × 5,001", padded(&huge(10_000, 5001)), Refused(PhotoTooLarge)),
        fitted("fifty megapixels that are not there", huge(10_000, 5000), Refused(PhotoUnreadable)),
        fitted(
            "progressive, larger than there is memory for",
            padded(&resized(&progressive, 10_000, 5000)),
            Refused(PhotoTooLarge),
        ),
        fitted(
            "progressive in grey, larger than there is memory for",
            padded(&resized(&grey_progressive, 10_000, 5000)),
            Refused(PhotoTooLarge),
        ),
        fitted("no width", huge(0, 5000), Refused(PhotoUnreadable)),
        fitted("no height", huge(5000, 0), Refused(PhotoUnreadable)),
        sent("long and thin", jpeg::file(&quarters(4_000, 1), PLAIN), Refused(PhotoTooSmall)),
        fitted("5,000 passes", scans, Refused(PhotoUnreadable)),
    ]
}

fn other_frames() -> Vec<Case> {
    let plain = file(&picture(), PLAIN);
    let frame = (2..plain.len()).find(|at| plain[*at..].starts_with(&[0xFF, 0xC0])).unwrap();
    let marked = |marker: u8| {
        let mut file = plain.clone();
        file[frame + 1] = marker;
        file
    };
    let deep = {
        let mut file = plain.clone();
        file[frame + 4] = 12;
        file
    };
    let twice = [&plain[..frame], &plain[frame..frame + 19], &plain[frame..]].concat();
    let lines = with(&plain, &[segment(0xDC, &[1, 144])]);
    vec![
        sent("without loss", marked(0xC3), Refused(PhotoUnreadable)),
        sent("arithmetic coding", marked(0xC9), Refused(PhotoUnreadable)),
        sent("hierarchical", marked(0xC5), Refused(PhotoUnreadable)),
        sent("twelve bits", deep, Refused(PhotoUnreadable)),
        sent("two frames", twice, Refused(PhotoUnreadable)),
        sent("the number of lines apart", lines, Refused(PhotoUnreadable)),
        sent(
            "a scan before its frame",
            jpeg::with(&plain, &[segment(0xDA, &[1, 1, 0, 0, 63, 0])]),
            Refused(PhotoUnreadable),
        ),
    ]
}
