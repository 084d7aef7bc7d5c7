//! A sealed stream: nobody reads it without the key, and what was cut off, altered or put in another order is refused.
//!
//! It is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over ChaCha20-Poly1305, as age has it: chunks
//! of 64 KiB, each sealed under its number and whether it is the last, with a key that serves this one file alone.

use super::BackupError;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use std::fmt;
use std::io::{self, Read, Write};

/// What a backup begins with.
const MAGIC: &[u8; 16] = b"chesil backup 1\n";
const SALT: usize = 32;
const CHECK: usize = 16;
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// The key of backups: 32 secret bytes, kept where the backups are not.
pub struct BackupKey([u8; 32]);

impl BackupKey {
    /// The key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of one file, and what tells whether it is the right one before anything is read.
    fn of_file(&self, salt: &[u8; SALT]) -> (ChaCha20Poly1305, [u8; CHECK]) {
        let both = [self.0.as_slice(), salt].concat();
        let key = blake3::derive_key("chesil 2026-11 backup, the key of one file", &both);
        let long = blake3::derive_key("chesil 2026-11 backup, whether the key is right", &both);
        let mut check = [0; CHECK];
        check.copy_from_slice(&long[..CHECK]);
        (ChaCha20Poly1305::new(&Key::from(key)), check)
    }
}

impl fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupKey")
    }
}

/// Numbers no two chunks alike; the last byte says whether it is the last.
fn nonce(count: u64, last: bool) -> Nonce {
    let mut bytes = [0u8; 12];
    bytes[3..11].copy_from_slice(&count.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::from(bytes)
}

/// Seals what is written to it. What was not ended by [`Sealer::finish`] is refused as cut off.
pub(super) struct Sealer<W: Write> {
    out: W,
    cipher: ChaCha20Poly1305,
    count: u64,
    held: Vec<u8>,
    written: u64,
}

impl<W: Write> Sealer<W> {
    /// Begins a stream; `salt` is fresh randomness.
    pub fn begin(mut out: W, key: &BackupKey, salt: &[u8; SALT]) -> io::Result<Self> {
        let (cipher, check) = key.of_file(salt);
        for part in [MAGIC.as_slice(), salt, &check] {
            out.write_all(part)?;
        }
        Ok(Self {
            out,
            cipher,
            count: 0,
            held: Vec::with_capacity(CHUNK + TAG),
            written: (MAGIC.len() + SALT + CHECK) as u64,
        })
    }

    /// Bytes written so far.
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Seals what is left, as the end.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        self.seal(true)?;
        self.out.flush()?;
        Ok((self.out, self.written))
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        self.cipher
            .encrypt_in_place(&nonce(self.count, last), b"", &mut self.held)
            .map_err(|_| io::Error::other("a chunk could not be sealed"))?;
        self.out.write_all(&self.held)?;
        self.written += self.held.len() as u64;
        self.count += 1;
        self.held.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is sealed only when more comes: else it could be the last.
        if self.held.len() == CHUNK {
            self.seal(false)?;
        }
        let some = bytes.len().min(CHUNK - self.held.len());
        self.held.extend_from_slice(bytes.get(..some).unwrap_or_default());
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a sealed stream. INVARIANT: nothing is given out that was not authenticated, and the end is told only when it
/// was sealed as the end.
pub(super) struct Opener<R: Read> {
    input: R,
    cipher: ChaCha20Poly1305,
    count: u64,
    /// The next chunk as it is in the file.
    ahead: Vec<u8>,
    open: Vec<u8>,
    at: usize,
    ended: bool,
    read: u64,
}

impl<R: Read> Opener<R> {
    /// Reads the head, and sees whether the key is the right one.
    pub fn begin(mut input: R, key: &BackupKey) -> Result<Self, BackupError> {
        let mut head = Vec::new();
        let length = MAGIC.len() + SALT + CHECK;
        input.by_ref().take(length as u64).read_to_end(&mut head)?;
        let magic = head.get(..MAGIC.len()).ok_or(BackupError::NoBackup)?;
        if magic.get(..15) != MAGIC.get(..15) {
            // "chesil backup 2" is told apart from what is none at all.
            let newer = magic.starts_with(b"chesil backup ");
            return Err(if newer {
                BackupError::NewerForm
            } else {
                BackupError::NoBackup
            });
        }
        let mut salt = [0; SALT];
        let rest = head.get(MAGIC.len()..).filter(|rest| rest.len() == SALT + CHECK);
        let (salt_sent, check_sent) = rest
            .and_then(|rest| rest.split_at_checked(SALT))
            .ok_or(BackupError::CutOff {
                read: head.len() as u64,
            })?;
        salt.copy_from_slice(salt_sent);
        let (cipher, check) = key.of_file(&salt);
        if check_sent != check {
            return Err(BackupError::WrongKey);
        }
        let mut opener = Self {
            input,
            cipher,
            count: 0,
            ahead: Vec::new(),
            open: Vec::new(),
            at: 0,
            ended: false,
            read: length as u64,
        };
        opener.ahead = opener.next_chunk()?;
        Ok(opener)
    }

    /// Bytes of the file read so far.
    pub const fn read_so_far(&self) -> u64 {
        self.read
    }

    fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        let got = self.input.by_ref().take((CHUNK + TAG) as u64).read_to_end(&mut chunk)?;
        self.read += got as u64;
        Ok(chunk)
    }

    /// Opens the next chunk.
    fn advance(&mut self) -> Result<(), BackupError> {
        let mut chunk = std::mem::take(&mut self.ahead);
        let from = self.count * (CHUNK + TAG) as u64;
        let cut_off = BackupError::CutOff { read: self.read };
        if chunk.is_empty() {
            return Err(cut_off);
        }
        self.ahead = if chunk.len() == CHUNK + TAG {
            self.next_chunk()?
        } else {
            Vec::new()
        };
        let last = self.ahead.is_empty();
        let sealed = last.then(|| chunk.clone());
        if self
            .cipher
            .decrypt_in_place(&nonce(self.count, last), b"", &mut chunk)
            .is_err()
        {
            // A chunk that is good, and not the last, at the end of the file: the file was cut off between two chunks.
            let more_came = sealed.is_some_and(|mut sealed| {
                let before = nonce(self.count, false);
                self.cipher.decrypt_in_place(&before, b"", &mut sealed).is_ok()
            });
            return Err(match (more_came, last) {
                (true, _) => cut_off,
                (false, true) => BackupError::CutOffOrAltered { from },
                (false, false) => BackupError::Altered { from },
            });
        }
        (self.open, self.at, self.ended) = (chunk, 0, last);
        self.count += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.open.len() {
            if self.ended {
                return Ok(0);
            }
            self.advance().map_err(io::Error::other)?;
        }
        let left = self.open.get(self.at..).unwrap_or_default();
        let some = left.len().min(into.len());
        for (to, from) in into.iter_mut().zip(left.iter().take(some)) {
            *to = *from;
        }
        self.at += some;
        Ok(some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: BackupKey = BackupKey::new([3; 32]);

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::begin(Vec::new(), &KEY, &[5; 32]).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap().0
    }

    fn opened(file: &[u8], key: &BackupKey) -> Result<Vec<u8>, BackupError> {
        let mut plain = Vec::new();
        Opener::begin(file, key)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            assert_eq!(opened(&sealed(&plain), &KEY).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn another_key_is_told_apart_from_another_file() {
        let file = sealed(b"plain");
        let other = opened(&file, &BackupKey::new([4; 32]));
        assert!(matches!(other, Err(BackupError::WrongKey)), "{other:?}");
        let no_backup = opened(b"PK\x03\x04 something else entirely", &KEY);
        assert!(matches!(no_backup, Err(BackupError::NoBackup)), "{no_backup:?}");
        let newer = opened(&[b"chesil backup 2\n".as_slice(), &file[16..]].concat(), &KEY);
        assert!(matches!(newer, Err(BackupError::NewerForm)), "{newer:?}");
    }

    #[test]
    fn a_file_cut_off_anywhere_is_refused() {
        let file = sealed(&vec![7; 2 * CHUNK + 100]);
        let whole = CHUNK + TAG;
        for length in [
            0,
            15,
            40,
            64,
            65,
            64 + whole,
            64 + whole + 1,
            64 + 2 * whole,
            file.len() - 1,
        ] {
            let found = opened(&file[..length], &KEY);
            assert!(found.is_err(), "{length} bytes are taken for the whole");
        }
        let between = opened(&file[..64 + 2 * whole], &KEY);
        assert!(between.unwrap_err().to_string().contains("cut off"));
    }

    #[test]
    fn a_flipped_bit_a_chunk_moved_or_left_out_and_bytes_added_are_refused() {
        let file = sealed(&vec![7; 3 * CHUNK + 100]);
        let whole = CHUNK + TAG;
        for at in [20, 50, 64, 64 + whole, 64 + 2 * whole + 9, file.len() - 1] {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            assert!(opened(&flipped, &KEY).is_err(), "byte {at}");
        }
        let chunk = |n: usize| &file[64 + n * whole..64 + (n + 1) * whole];
        let swapped = [&file[..64], chunk(1), chunk(0), &file[64 + 2 * whole..]].concat();
        assert!(matches!(opened(&swapped, &KEY), Err(BackupError::Altered { from: 0 })));
        let left_out = [&file[..64], chunk(0), &file[64 + 2 * whole..]].concat();
        assert!(opened(&left_out, &KEY).is_err());
        let added = [&file[..], b"x"].concat();
        assert!(opened(&added, &KEY).is_err());
        let twice = [&file[..], &file[64..]].concat();
        assert!(opened(&twice, &KEY).is_err());
    }
}
