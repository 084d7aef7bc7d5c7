//! The minimal lower layer protocol: how messages stand in a stream of bytes. Pure framing, no sockets.
//!
//! A frame is 0x0B, the message, 0x1C 0x0D.

const START: u8 = 0x0B;
const END: u8 = 0x1C;
const CARRIAGE_RETURN: u8 = 0x0D;

/// What was found in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// One message, without its frame bytes.
    Frame(Vec<u8>),
    /// This many bytes stood outside any frame and were passed over. Line ends are not counted.
    Garbage(usize),
    /// A frame grew past the limit; its bytes were dropped up to its end. The sender must be told.
    TooLarge,
}

/// Takes frames out of a stream, in whatever chunks it arrives. Holds at most one frame.
#[derive(Clone, Debug)]
pub struct Decoder {
    limit: usize,
    state: State,
    held: Vec<u8>,
    garbage: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    Dropping,
}

impl Decoder {
    /// A decoder that refuses frames longer than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            state: State::Outside,
            held: Vec::new(),
            garbage: 0,
        }
    }

    /// Takes the next bytes and returns what they completed, in order.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        for byte in bytes {
            self.take(*byte, &mut found);
        }
        if self.state == State::Outside {
            self.report_garbage(&mut found);
        }
        found
    }

    /// Whether a frame has begun and not ended: at the end of a stream, a message was cut off.
    pub fn is_inside(&self) -> bool {
        self.state != State::Outside
    }

    fn take(&mut self, byte: u8, found: &mut Vec<Found>) {
        if self.state == State::Outside {
            match byte {
                START => {
                    self.report_garbage(found);
                    self.state = State::Inside;
                }
                b'\r' | b'\n' => {}
                _ => self.garbage += 1,
            }
            return;
        }
        // Some senders leave out the carriage return, so a new frame ends the old one too.
        let ended = self.held.last() == Some(&END) && (byte == CARRIAGE_RETURN || byte == START);
        if ended {
            self.held.pop();
            let frame = std::mem::take(&mut self.held);
            found.push(match self.state {
                State::Dropping => Found::TooLarge,
                State::Inside | State::Outside => Found::Frame(frame),
            });
            self.state = if byte == START { State::Inside } else { State::Outside };
            return;
        }
        if self.state == State::Inside && self.held.len() > self.limit {
            self.state = State::Dropping;
        }
        if self.state == State::Dropping {
            self.held.clear();
        }
        self.held.push(byte);
    }

    fn report_garbage(&mut self, found: &mut Vec<Found>) {
        if self.garbage > 0 {
            found.push(Found::Garbage(self.garbage));
            self.garbage = 0;
        }
    }
}

/// The message in a frame.
pub fn encode(message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(message.len() + 3);
    frame.push(START);
    frame.extend_from_slice(message);
    frame.extend_from_slice(&[END, CARRIAGE_RETURN]);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_come_out_whatever_stands_between_them() {
        let mut decoder = Decoder::new(8);
        let found = decoder.feed(b"noise\x0bMSH|1\x1c\r\n\x0bMSH|2\x1c\x0bMSH|3\x1c\r\x0bMSH|too long\x1c\r\x0bMSH");
        assert_eq!(
            found,
            [
                Found::Garbage(5),
                Found::Frame(b"MSH|1".to_vec()),
                Found::Frame(b"MSH|2".to_vec()),
                Found::Frame(b"MSH|3".to_vec()),
                Found::TooLarge,
            ]
        );
        assert!(decoder.is_inside());
    }

    proptest! {
        #[test]
        fn what_was_framed_comes_back_in_any_chunks(
            messages in proptest::collection::vec(proptest::collection::vec(0x20u8..0xff, 0..40), 0..6),
            chunk in 1usize..9,
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| encode(m)).collect();
            let mut decoder = Decoder::new(64);
            let found: Vec<Found> = stream.chunks(chunk).flat_map(|part| decoder.feed(part)).collect();
            let expected: Vec<Found> = messages.into_iter().map(Found::Frame).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
