//! Cuts files and streams into messages.
//!
//! A message begins at a line that starts with `MSH` and a delimiter and ends where the next one begins, or
//! at a batch envelope line (FHS, BHS, BTS, FTS), or at the end. A byte order mark and MLLP frame bytes may
//! stand before it. Whatever else stands in the file becomes a piece too, so that it is refused by name and
//! not lost.

use super::message::{MESSAGE_BYTES_MAX, trim_frame};
use crate::{Format, Piece};
use record::Rejection;
use std::borrow::Cow;

/// Bytes of a line needed to say whether it begins a message: byte order mark, frame byte, name, delimiter.
const PREFIX: usize = 8;

/// Cuts a whole document. A piece's body is the message exactly as sent, without the line ends and frame
/// bytes around it; its place is `message 3`, counted from 1; it needs no context.
pub fn split(document: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut line = 0;
    loop {
        let next = next_line(document, line);
        let at_end = next.is_none();
        let boundary = next.is_none_or(|next| boundary(&document[next..]).is_some());
        let end = next.unwrap_or(document.len());
        if boundary {
            push(&mut pieces, &document[from..end]);
            from = end;
        }
        if at_end {
            return pieces;
        }
        line = end;
    }
}

fn push<'a>(pieces: &mut Vec<Piece<'a>>, bytes: &'a [u8]) {
    if let Some(body) = message_in(bytes) {
        pieces.push(Piece {
            place: format!("message {}", pieces.len() + 1),
            format: Format::Hl7,
            body: Cow::Borrowed(body),
            context: String::new(),
        });
    }
}

/// What lies between two boundaries, without an envelope line; `None` when nothing is left.
fn message_in(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = match boundary(bytes) {
        Some(Boundary::Envelope) => next_line(bytes, 0).map_or(&[][..], |next| &bytes[next..]),
        Some(Boundary::Message) | None => bytes,
    };
    let body = trim_frame(bytes);
    (!body.is_empty()).then_some(body)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Boundary {
    Message,
    Envelope,
}

/// Whether a line begins something new.
fn boundary(line: &[u8]) -> Option<Boundary> {
    let mut line = &line[..line.len().min(PREFIX)];
    while let [0xEF, 0xBB, 0xBF, rest @ ..] | [0x0B, rest @ ..] = line {
        line = rest;
    }
    let [name @ .., delimiter] = line.get(..4)? else {
        return None;
    };
    match name {
        _ if !delimiter.is_ascii_punctuation() => None,
        b"MSH" => Some(Boundary::Message),
        b"FHS" | b"BHS" | b"BTS" | b"FTS" => Some(Boundary::Envelope),
        _ => None,
    }
}

/// Where the first line after `from` begins. A `\r\n` counts as one end; an empty line between is a line.
fn next_line(bytes: &[u8], from: usize) -> Option<usize> {
    let end = from + bytes.get(from..)?.iter().position(|b| *b == b'\r' || *b == b'\n')?;
    Some(end + 1)
}

/// Cuts a stream of any length, fed in chunks of any size, into the same pieces as [`split`]. Holds no more
/// than one message and one chunk.
#[derive(Clone, Debug)]
pub struct Splitter {
    limit: usize,
    held: Vec<u8>,
    /// How far `held` has been looked through for line ends.
    looked: usize,
    count: usize,
    /// Passing over the rest of a message that was too long.
    passing: bool,
}

impl Default for Splitter {
    /// A splitter that takes messages as long as [`MESSAGE_BYTES_MAX`].
    fn default() -> Self {
        Self::new(MESSAGE_BYTES_MAX)
    }
}

impl Splitter {
    /// A splitter that refuses messages longer than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            held: Vec::new(),
            looked: 0,
            count: 0,
            passing: false,
        }
    }

    /// Takes the next bytes and returns the pieces they completed. A message past the limit comes once, as a
    /// rejection `too-large` with its place, and the stream goes on after it.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Result<Piece<'static>, Rejection>> {
        self.held.extend_from_slice(bytes);
        let mut found = Vec::new();
        let mut from = 0;
        loop {
            let Some(next) = next_line(&self.held, self.looked) else {
                self.looked = self.held.len();
                break;
            };
            if self.held.len() - next < PREFIX {
                break;
            }
            self.looked = next;
            if boundary(&self.held[next..]).is_some() {
                self.complete(from, next, &mut found);
                from = next;
            }
        }
        self.held.drain(..from);
        self.looked -= from;
        self.pass_over(&mut found);
        found
    }

    /// Says that the stream has ended and returns what was still held.
    pub fn finish(mut self) -> Vec<Result<Piece<'static>, Rejection>> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(next) = next_line(&self.held, self.looked) {
            self.looked = next;
            if boundary(&self.held[next..]).is_some() {
                self.complete(from, next, &mut found);
                from = next;
            }
        }
        self.complete(from, self.held.len(), &mut found);
        found
    }

    fn complete(&mut self, from: usize, end: usize, found: &mut Vec<Result<Piece<'static>, Rejection>>) {
        if std::mem::take(&mut self.passing) {
            return;
        }
        let Some(body) = message_in(&self.held[from..end]) else {
            return;
        };
        self.count += 1;
        let place = format!("message {}", self.count);
        found.push(if body.len() > self.limit {
            Err(too_large(place, self.limit))
        } else {
            Ok(Piece {
                place,
                format: Format::Hl7,
                body: Cow::Owned(body.to_vec()),
                context: String::new(),
            })
        });
    }

    /// Once past the limit, keeps only what is needed to see the next message begin.
    fn pass_over(&mut self, found: &mut Vec<Result<Piece<'static>, Rejection>>) {
        // Frame bytes and line ends around a message do not count against it.
        if !self.passing && self.held.len() > self.limit + 2 * PREFIX && trim_frame(&self.held).len() > self.limit {
            self.count += 1;
            found.push(Err(too_large(format!("message {}", self.count), self.limit)));
            self.passing = true;
        }
        if self.passing {
            let keep = next_line(&self.held, self.looked).map_or(self.held.len(), |next| next - 1);
            self.held.drain(..keep);
            self.looked = 0;
        }
    }
}

fn too_large(place: String, limit: usize) -> Rejection {
    Rejection::new("too-large", place, format!("The message is longer than {limit} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bodies(document: &[u8]) -> Vec<String> {
        split(document)
            .iter()
            .map(|piece| String::from_utf8_lossy(&piece.body).into_owned())
            .collect()
    }

    #[test]
    fn one_many_batched_framed_or_not_a_message() {
        for (document, expected) in [
            ("MSH|^~\\&|A\rPID|1\r", &["MSH|^~\\&|A\rPID|1"][..]),
            ("\u{feff}MSH|1\r\nPID|1\r\n\r\nMSH|2\r\n", &["MSH|1\r\nPID|1", "MSH|2"]),
            (
                "FHS|x\rBHS|y\rMSH|1\rPID\rMSH|2\rBTS|2\rFTS|1\r",
                &["MSH|1\rPID", "MSH|2"],
            ),
            ("\x0bMSH|1\rPID\r\x1c\r\x0bMSH|2\r\x1c\r", &["MSH|1\rPID", "MSH|2"]),
            ("hello\nMSH#1\n", &["hello", "MSH#1"]),
            ("MSHX|1\nPID", &["MSHX|1\nPID"]),
            ("", &[]),
            ("\r\n\n", &[]),
        ] {
            assert_eq!(bodies(document.as_bytes()), expected, "{document:?}");
        }
    }

    #[test]
    fn a_stream_goes_on_after_a_message_that_was_too_long() {
        let mut splitter = Splitter::new(100);
        let mut stream = b"MSH|1\rPID\rMSH|2|".to_vec();
        stream.extend(std::iter::repeat_n(b'x', 900));
        stream.extend_from_slice(b"\rOBX|more\rMSH|3\r");
        let mut found = Vec::new();
        for chunk in stream.chunks(7) {
            found.extend(splitter.feed(chunk));
            assert!(splitter.held.len() < 200);
        }
        found.extend(splitter.finish());
        let found: Vec<String> = found
            .into_iter()
            .map(|piece| match piece {
                Ok(piece) => format!("{} {}", piece.place, String::from_utf8_lossy(&piece.body)),
                Err(rejection) => format!("{} {}", rejection.place, rejection.code),
            })
            .collect();
        assert_eq!(
            found,
            ["message 1 MSH|1\rPID", "message 2 too-large", "message 3 MSH|3"]
        );
    }

    fn documents() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            Just(&b"MSH|^~\\&|"[..]),
            Just(&b"\r"[..]),
            Just(&b"\n"[..]),
            Just(&b"\r\n"[..]),
            Just(&b"PID|1"[..]),
            Just(&b"BHS|"[..]),
            Just(&b"FTS|"[..]),
            Just(&b"\x0b"[..]),
            Just(&b"\x1c\r"[..]),
            Just(&b"MS"[..]),
            Just(&b"\xef\xbb\xbf"[..]),
            Just(&b"\xe9"[..]),
        ];
        proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn bodies_stand_in_the_document_in_order(document in documents()) {
            let mut rest = &document[..];
            for piece in split(&document) {
                let at = rest.windows(piece.body.len()).position(|window| window == &*piece.body);
                prop_assert!(at.is_some());
                rest = &rest[at.unwrap_or(0) + piece.body.len()..];
            }
        }

        #[test]
        fn a_stream_in_chunks_gives_the_same_pieces(document in documents(), chunk in 1usize..20) {
            let mut splitter = Splitter::default();
            let mut found: Vec<_> = document.chunks(chunk).flat_map(|part| splitter.feed(part)).collect();
            found.extend(splitter.finish());
            let expected: Vec<_> = split(&document).into_iter().map(Ok).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
