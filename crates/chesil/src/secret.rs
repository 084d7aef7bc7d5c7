//! Secrets of this folder, each in a file of its own that its owner alone may read: 64 hexadecimal digits.

use crate::clock;
use crate::error::Failure;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The secret in a file, made when the file is not there.
pub fn kept(path: &Path) -> Result<[u8; 32], Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => return of_text(path, &text),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::new(format!("{}: {error}", path.display())));
        }
        Err(_) => {}
    }
    let secret: [u8; 32] = clock::random()?;
    let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let made = File::options().create_new(true).write(true).mode(0o600).open(path);
    let mut file = match made {
        // Another process made it a moment before.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return kept(path),
        made => made.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?,
    };
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(secret)
}

/// Reads a secret.
pub fn of_text(path: &Path, text: &str) -> Result<[u8; 32], Failure> {
    let wrong = || Failure::new(format!("{} does not hold 64 hexadecimal digits", path.display()));
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut secret = [0; 32];
    for (at, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2).ok_or_else(wrong)?, 16).map_err(|_| wrong())?;
    }
    Ok(secret)
}
