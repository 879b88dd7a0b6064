//! Identifiers and secrets: the one place where randomness comes from.

use uuid::Uuid;

use super::clock::Clocks;
use super::error::Error;

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Internal("no randomness to be had".to_owned()))?;
    Ok(bytes)
}

/// A new UUIDv7, in the order of the machine's clock.
pub fn new_id<T: From<Uuid>>(clocks: &Clocks) -> Result<T, Error> {
    let millis = u64::try_from(clocks.machine().timestamp_millis()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random::<10>()?).into_uuid().into())
}
