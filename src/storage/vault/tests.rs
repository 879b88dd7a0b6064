use super::*;
use crate::storage::folders;

fn key() -> MasterKey {
    MasterKey::from_random([7; 32])
}

fn place() -> Place {
    Place::new("contacts", "phone", Uuid::from_u128(1))
}

#[test]
fn what_is_sealed_is_opened_at_its_place_only() {
    let key = key();
    let sealed = key.seal_text(place(), "13800001234").unwrap();
    assert_eq!(*key.open_text(place(), &sealed).unwrap(), "13800001234");
    let elsewhere = [
        Place::new("nominations", "phone", Uuid::from_u128(1)),
        Place::new("contacts", "name", Uuid::from_u128(1)),
        Place::new("contacts", "phone", Uuid::from_u128(2)),
    ];
    for other in elsewhere {
        assert_eq!(key.open(other, &sealed).unwrap_err(), VaultError::NotAuthentic);
    }
}

#[test]
fn equal_texts_have_different_ciphertexts() {
    assert_ne!(key().seal(place(), b"same").unwrap(), key().seal(place(), b"same").unwrap());
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let key = key();
    let sealed = key.seal(place(), b"13800001234").unwrap();
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert!(key.open(place(), &changed).is_err(), "byte {index}");
        assert!(key.open(place(), &sealed[..index]).is_err(), "cut at {index}");
    }
}

#[test]
fn another_key_opens_nothing() {
    let sealed = key().seal(place(), b"13800001234").unwrap();
    let other = MasterKey::from_random([8; 32]);
    assert_eq!(other.open(place(), &sealed).unwrap_err(), VaultError::NotAuthentic);
    assert!(key().matches_check_value(&key().check_value()));
    assert!(!other.matches_check_value(&key().check_value()));
}

#[test]
fn an_earlier_key_still_decrypts_and_the_last_encrypts() {
    let old = key();
    let sealed = old.seal(place(), b"old").unwrap();
    let second = MasterKey::from_random([9; 32]).to_file_text().replace("-key 1 ", "-key 2 ");
    let line = second.lines().find(|line| !line.starts_with('#')).unwrap();
    let both = MasterKey::parse(&format!("{}{line}\n", old.to_file_text().as_str())).unwrap();
    assert_eq!(**both.open(place(), &sealed).unwrap(), *b"old");
    let new = both.seal(place(), b"new").unwrap();
    assert_eq!(old.open(place(), &new).unwrap_err(), VaultError::UnknownKey(2));
    assert!(both.matches_check_value(&old.check_value()));
    assert_ne!(both.blind_index("phone", "1"), old.blind_index("phone", "1"));
    assert_eq!((old.current_number(), old.has_earlier_keys()), (1, false));
    assert_eq!((both.current_number(), both.has_earlier_keys()), (2, true));
}

#[test]
fn keyed_digests_tell_purposes_and_parts_apart() {
    let key = key();
    let digest = key.keyed_digest("cursor", &[b"ab", b"c"]);
    assert_eq!(digest, key.keyed_digest("cursor", &[b"ab", b"c"]));
    assert_ne!(digest, key.keyed_digest("cursor", &[b"a", b"bc"]));
    assert_ne!(digest, key.keyed_digest("request", &[b"ab", b"c"]));
    assert_ne!(digest, MasterKey::from_random([8; 32]).keyed_digest("cursor", &[b"ab", b"c"]));
}

#[test]
fn blind_indexes_tell_equality_within_a_field_only() {
    let key = key();
    assert_eq!(key.blind_index("phone", "13800001234"), key.blind_index("phone", "13800001234"));
    assert_ne!(key.blind_index("phone", "13800001234"), key.blind_index("phone", "13800001235"));
    assert_ne!(key.blind_index("phone", "1"), key.blind_index("name", "1"));
    assert_ne!(key.blind_index("phone", "1"), MasterKey::from_random([8; 32]).blind_index("phone", "1"));
}

#[test]
fn secrets_are_wrapped_under_their_names() {
    let row = Uuid::from_u128(5);
    let wrapped = key().wrap("signing key", row, b"secret").unwrap();
    assert_eq!(**key().unwrap_secret("signing key", row, &wrapped).unwrap(), *b"secret");
    assert!(key().unwrap_secret("log secret", row, &wrapped).is_err());
}

#[test]
fn the_key_file_is_read_back_and_malformed_lines_are_named() {
    let text = key().to_file_text();
    assert_eq!(MasterKey::parse(&text).unwrap().check_value(), key().check_value());
    let good = text.lines().last().unwrap();
    for (content, line) in [
        (String::new(), 0),
        ("# nothing\n".to_owned(), 0),
        ("rubbish".to_owned(), 1),
        (format!("{good}\n{good}\n"), 2),
        (format!("{good} more\n"), 1),
        ("haoren-master-key 1 c2hvcnQ\n".to_owned(), 1),
    ] {
        assert_eq!(MasterKey::parse(&content).unwrap_err(), MalformedKey { line }, "{line}");
    }
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    assert_eq!(format!("{:?}", key()), "MasterKey { current: 1, .. }");
}

#[test]
fn a_missing_key_file_is_made_private_or_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/keys/master");
    assert!(matches!(load(&path), Err(KeyFileError::Missing { .. })));
    assert!(!path.exists());
    let (made, origin) = load_or_create(&path).unwrap();
    assert_eq!(origin, KeyOrigin::Created);
    assert!(folders::is_private(&path).unwrap());
    assert!(folders::is_private(path.parent().unwrap()).unwrap());
    let (read, origin) = load_or_create(&path).unwrap();
    assert_eq!(origin, KeyOrigin::Read);
    assert_eq!(read.check_value(), made.check_value());
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_broken_key_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master");
    std::fs::write(&path, "broken").unwrap();
    assert!(matches!(load_or_create(&path), Err(KeyFileError::Malformed { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "broken");
}
