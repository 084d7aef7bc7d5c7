//! Finding files, unpacking them as they stream, and telling what language they are written in.

use crate::error::Failure;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

const DEPTH_MAX: usize = 16;
const FILES_MAX: usize = 2_000_000;

/// A file to be read.
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// What quarantine calls it: its path within the folder that was asked for, so that two files of one name
    /// are told apart.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Every file under the given paths, in order of name.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let folder = if path.is_dir() {
            Some(path.as_path())
        } else {
            path.parent()
        };
        gather(path, folder.unwrap_or(Path::new("")), 0, &mut found)?;
    }
    Ok(found)
}

fn gather(path: &Path, folder: &Path, depth: usize, found: &mut Vec<Found>) -> Result<(), Failure> {
    let in_words = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    if depth > DEPTH_MAX || found.len() > FILES_MAX {
        return Err(Failure::new(format!(
            "{}: too many files, or folders too deep",
            path.display()
        )));
    }
    let about = std::fs::metadata(path).map_err(in_words)?;
    if about.is_dir() {
        let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
            .map_err(in_words)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(in_words)?;
        inside.sort();
        for entry in inside {
            gather(&entry, folder, depth + 1, found)?;
        }
    } else if !path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
    {
        let name = path.strip_prefix(folder).unwrap_or(path);
        found.push(Found {
            path: path.to_owned(),
            name: name.to_string_lossy().into_owned(),
            size: about.len(),
        });
    }
    Ok(())
}

/// A stream of what a file holds, unpacked.
pub type Stream = Box<dyn BufRead + Send>;

/// Opens a file's contents as they are, or unpacked when they begin as gzip or bzip2 do. A zip holds several:
/// see [`is_zip`].
pub fn open(path: &Path) -> std::io::Result<Stream> {
    unpacked(BufReader::with_capacity(256 * 1024, File::open(path)?))
}

/// Unpacks a stream if its first bytes say that it is packed.
pub fn unpacked(mut stream: impl BufRead + Send + 'static) -> std::io::Result<Stream> {
    const CHUNK: usize = 256 * 1024;
    let head = stream.fill_buf()?;
    if head.starts_with(&[0x1f, 0x8b]) {
        Ok(Box::new(BufReader::with_capacity(
            CHUNK,
            flate2::bufread::MultiGzDecoder::new(stream),
        )))
    } else if head.starts_with(b"BZh") {
        Ok(Box::new(BufReader::with_capacity(
            CHUNK,
            bzip2::bufread::MultiBzDecoder::new(stream),
        )))
    } else {
        Ok(Box::new(stream))
    }
}

/// Whether a file begins as a zip archive does.
pub fn is_zip(path: &Path) -> bool {
    let mut head = [0u8; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && &head == b"PK\x03\x04"
}

/// What a stream is written in, from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON.
    Json,
    /// HL7 v2.
    Hl7,
    /// Neither; a table if the feed says so.
    Other,
    /// Nothing at all.
    Empty,
}

/// Looks at the first bytes without taking them.
pub fn language(stream: &mut Stream) -> std::io::Result<Language> {
    let head = stream.fill_buf()?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let Some(first) = head.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return Ok(Language::Empty);
    };
    let head = &head[first..];
    Ok(if head[0] == b'{' || head[0] == b'[' {
        Language::Json
    } else if head[0] == 0x0b || [b"MSH", b"FHS", b"BHS"].iter().any(|name| head.starts_with(*name)) {
        Language::Hl7
    } else {
        Language::Other
    })
}
