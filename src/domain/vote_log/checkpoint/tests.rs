use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use proptest::prelude::*;

use super::*;

/// The example of Go's `golang.org/x/mod/sumdb/note`, whose form C2SP took over: key and note made by another program.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn signatures_of_another_program_are_checked() {
    let key: VerifierKey = GO_KEY.parse().unwrap();
    assert_eq!(key.to_string(), GO_KEY);
    // The signature holds; the text is no checkpoint, which is looked at afterwards.
    assert_eq!(key.open(GO_NOTE), Err(NoteFault::Form));
    assert_eq!(key.open(&GO_NOTE.replace("answer", "Answer")), Err(NoteFault::Forged));
    assert_eq!(key.open(&GO_NOTE.replace("x08go", "x08gp")), Err(NoteFault::Unsigned));
}

fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap()
}

fn key() -> VerifierKey {
    let public: [u8; 32] = pair().public_key().as_ref().try_into().unwrap();
    let origin = Origin { key_id: key_id(&public), cycle: "2026-11".parse().unwrap(), number: 1 };
    VerifierKey { name: origin.to_string(), public }
}

fn head(size: u64) -> Checkpoint {
    let signed_at = "2026-11-26T02:00:09Z".parse().ok();
    Checkpoint { origin: key().name, size, root: [9; 32], signed_at }
}

fn note(head: &Checkpoint) -> String {
    sign(&key(), head, |text| Ok::<_, ()>(pair().sign(text).as_ref().to_vec())).unwrap()
}

#[test]
fn a_head_is_read_by_whoever_has_the_key() {
    let head = head(17);
    let note = note(&head);
    let text = format!(
        "{}\n17\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\ntime 2026-11-26T02:00:09Z\n\n\u{2014} ",
        key().name
    );
    assert!(note.starts_with(&text), "{note}");
    assert_eq!(key().open(&note), Ok(head.clone()));
    assert_eq!(Checkpoint::of_note(&note), Ok(head));
    let other = VerifierKey { name: "haoren/other/2026-11/1".to_owned(), ..key() };
    assert_eq!(other.open(&note), Err(NoteFault::Unsigned));
    assert_eq!(key().to_string().parse(), Ok(key()));
}

#[test]
fn other_signatures_beside_ours_are_passed_over() {
    let cosigned = format!("{}\u{2014} witness.example AAAAAAAA\n", note(&head(17)));
    assert_eq!(key().open(&cosigned), Ok(head(17)));
    assert_eq!(key().open(&cosigned.replace("AAAAAAAA", "!")), Err(NoteFault::Form));
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    for (from, to) in [
        ("\n17\n", "\n017\n"),
        ("\n17\n", "\n+17\n"),
        ("\n17\n", "\n\n"),
        ("CQkJ", "CQk"),
        ("\n\n", "\n"),
        ("\u{2014}", "-"),
    ] {
        assert_eq!(
            Checkpoint::of_note(&note(&head(17)).replacen(from, to, 1)),
            Err(NoteFault::Form),
            "{from:?} {to:?}"
        );
    }
    for text in ["", "name", "name+1+2", "+00000000+AQ==", &key().to_string().replacen('+', "+0", 1)] {
        assert_eq!(text.parse::<VerifierKey>(), Err(NoteFault::Key), "{text}");
    }
}

#[test]
fn an_origin_is_read_as_it_is_written() {
    let name = key().name;
    assert_eq!(name.parse::<Origin>().unwrap().to_string(), name);
    for text in [
        "",
        "haoren",
        "haoren/a/2026-11",
        "haoren/a/2026-13/1",
        "haoren/a/2026-11/01",
        "haoren/a/2026-11/1/",
        "other/a/2026-11/1",
    ] {
        assert_eq!(text.parse::<Origin>(), Err(NoteFault::Origin), "{text}");
    }
}

proptest! {
    #[test]
    fn a_note_with_any_byte_changed_is_not_taken(place: prop::sample::Index, to: u8) {
        let mut bytes = note(&head(123)).into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != to);
        bytes[place] = to;
        if let Ok(text) = String::from_utf8(bytes) {
            // Base64 has one spelling only, so even the last digit of the signature cannot be another.
            prop_assert!(key().open(&text).is_err());
        }
    }
}
