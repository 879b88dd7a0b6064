//! How long one uploaded picture takes and how much memory, at 2, 12 and 48 megapixels, from the upload to the file and
//! its small picture as they are stored. Beside it the ceiling, in the same run: the picture only decoded, whole.
//!
//! `cargo bench --bench pictures`

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a program for whoever looks at its figures")]

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use haoren::{domain::photo::PhotoLimits, service::pictures};
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

/// The sides of pictures of 2, 12 and 48 megapixels, four to three.
const SIDES: [(u32, u32); 3] = [(1_632, 1_224), (4_000, 3_000), (8_000, 6_000)];
/// The limits of the default policy.
const LIMITS: PhotoLimits = PhotoLimits { max_bytes: 393_216, min_side_px: 300 };
/// How often each is done; the median is told.
const TIMES: usize = 7;

fn main() {
    println!("{TIMES} times each; memory counts what is allocated beside the upload itself");
    println!("picture      upload MiB   median ms   longest ms   peak MiB   decoding alone ms");
    for sides in SIDES {
        let scene = scene(sides);
        for (kind, file) in [("JPEG", jpeg(&scene)), ("PNG", png(&scene)), ("WebP", webp(&scene))] {
            let megapixels = (sides.0 * sides.1 + 500_000) / 1_000_000;
            let name = format!("{megapixels:>2} MP {kind}");
            match file {
                Some(file) if pictures::prepare(&file, LIMITS, true).is_err() => {
                    println!(
                        "{name:<11} {:>11.1}  refused: it might take more memory than a picture may",
                        mebibytes(file.len())
                    );
                }
                Some(file) => measure(&name, &file),
                None => println!("{name:<11}  larger than an upload may be"),
            }
        }
    }
}

fn measure(name: &str, file: &[u8]) {
    // Counted apart, as counting takes time.
    let peak = allocation_counter::measure(|| {
        let picture = pictures::prepare(file, LIMITS, true).expect("a picture that is taken");
        assert!(picture.facts.bytes <= LIMITS.max_bytes, "it fits");
    });
    let peak = mebibytes(usize::try_from(peak.bytes_max).expect("a size"));
    let mut prepared = times(|| {
        pictures::prepare(file, LIMITS, true).expect("a picture that is taken");
    });
    let mut decoded = times(|| {
        image_of(file);
    });
    prepared.sort_unstable();
    decoded.sort_unstable();
    println!(
        "{name:<11} {:>11.1} {:>11.0} {:>12.0} {peak:>10.0} {:>19.0}",
        mebibytes(file.len()),
        milliseconds(&prepared, TIMES / 2),
        milliseconds(&prepared, TIMES - 1),
        milliseconds(&decoded, TIMES / 2),
    );
}

fn times(mut act: impl FnMut()) -> Vec<Duration> {
    let one = |_| {
        let begun = Instant::now();
        act();
        begun.elapsed()
    };
    (0..TIMES).map(one).collect()
}

fn milliseconds(sorted: &[Duration], at: usize) -> f64 {
    sorted.get(at).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "a few million")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// By the decoder that the server uses for the format.
fn image_of(file: &[u8]) -> usize {
    if file.starts_with(b"RIFF") {
        let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).expect("a WebP");
        let mut pixels = vec![0; decoder.output_buffer_size().expect("a size")];
        decoder.read_image(&mut pixels).expect("a whole WebP");
        pixels.len()
    } else if file.starts_with(b"\x89PNG") {
        let mut reader = png::Decoder::new(Cursor::new(file)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut pixels).expect("a whole PNG");
        pixels.len()
    } else {
        let cursor = zune_jpeg::zune_core::bytestream::ZCursor::new(file);
        zune_jpeg::JpegDecoder::new(cursor).decode().expect("a whole JPEG").len()
    }
}

/// Something like what a camera sees: smooth shades, edges, and a little noise everywhere.
fn scene((width, height): (u32, u32)) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let shade = |at: u32, of: u32| u8::try_from(200 * at / of).unwrap_or(200);
        let edge = if (x / 97 + y / 61) % 5 == 0 { 40 } else { 0 };
        let noise = u8::try_from(state % 15).unwrap_or(0);
        Rgb([shade(x, width) + edge + noise, shade(y, height) + edge + noise, shade(x + y, width + height) + noise])
    })
}

fn jpeg(scene: &RgbImage) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 92);
    encoder.write_image(scene, scene.width(), scene.height(), ExtendedColorType::Rgb8).expect("memory");
    uploadable(file)
}

fn png(scene: &RgbImage) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut file);
    encoder.write_image(&calm(scene), scene.width(), scene.height(), ExtendedColorType::Rgb8).expect("memory");
    uploadable(file)
}

/// Without loss, as the encoder at hand knows no other way.
fn webp(scene: &RgbImage) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut file);
    encoder.encode(&calm(scene), scene.width(), scene.height(), image_webp::ColorType::Rgb8).expect("memory");
    uploadable(file)
}

/// As a screen shows it, without the noise: with it, a file without loss is larger than an upload may be.
fn calm(scene: &RgbImage) -> RgbImage {
    let mut calm = scene.clone();
    calm.pixels_mut().flat_map(|pixel| &mut pixel.0).for_each(|channel| *channel &= 0xF0);
    calm
}

fn uploadable(file: Vec<u8>) -> Option<Vec<u8>> {
    (file.len() <= haoren::domain::photo::UPLOAD_MAX_BYTES).then_some(file)
}
