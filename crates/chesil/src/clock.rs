//! The only place that asks the clock and the system's source of randomness.

use crate::error::Failure;
use record::Instant;

/// Now.
#[allow(clippy::disallowed_methods, reason = "the rim is where time comes in")]
pub fn now() -> Instant {
    Instant(jiff::Timestamp::now().as_microsecond())
}

/// Fresh random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(format!("the system gives no randomness: {error}")))?;
    Ok(bytes)
}

/// A number for this process's audit chain: the time it started, made different by its process id.
pub fn chain() -> i64 {
    (now().0 << 10) ^ i64::from(std::process::id() & 1023)
}
