//! Acknowledgements, by example and read back by this system's own reader.

use crate::hl7::{Code, Message, acknowledge};
use record::Rejection;
use record::time::Instant;

const NOW: Instant = Instant(1_709_287_800_000_000);

fn answer(message: &str, code: Code, error: Option<&Rejection>) -> String {
    let message = Message::parse(message.as_bytes()).unwrap();
    String::from_utf8(acknowledge(Some(&message), code, error, NOW, "C1"))
        .unwrap()
        .replace('\r', "\n")
}

#[test]
fn accepted() {
    let found = answer(
        "MSH|^~\\&|PAS|R0D|CHESIL|QVV|20240301||ADT^A01^ADT_A01|M77|T|2.4|||AL||GBR|UNICODE UTF-8",
        Code::Accepted,
        None,
    );
    let expected =
        "MSH|^~\\&|CHESIL|QVV|PAS|R0D|20240301101000+0000||ACK^A01^ACK|C1|T|2.4|||||GBR|UNICODE UTF-8\nMSA|AA|M77\n";
    assert_eq!(found, expected);
}

#[test]
fn not_taken_says_where_and_why_in_the_version_of_the_message() {
    let error = Rejection::new("no-subject", "PID[2]-3", "No identifier | none");
    for (version, expected) in [
        ("2.4", "ERR|PID^2^3^101&Required field missing&HL70357\n"),
        (
            "2.5.1",
            "ERR||PID^2^3|101^Required field missing^HL70357|E|||no-subject|No identifier \\F\\ none\n",
        ),
    ] {
        let found = answer(
            &format!("MSH|^~\\&|PAS||||20240301||ADT^A31|M1|P|{version}"),
            Code::Error,
            Some(&error),
        );
        let head = format!(
            "MSH|^~\\&||||PAS|20240301101000+0000||ACK^A31^ACK|C1|P|{version}\nMSA|AE|M1|No identifier \\F\\ none\n"
        );
        assert_eq!(found, head.replace("||||PAS|", "|||PAS||") + expected);
    }
}

#[test]
fn the_unreadable_is_rejected() {
    let error = Rejection::new("no-msh", "MSH", "Not a message.");
    let found = String::from_utf8(acknowledge(None, Code::Rejected, Some(&error), NOW, "C1")).unwrap();
    let expected = "MSH|^~\\&|||||20240301101000+0000||ACK|C1|P|2.4\rMSA|AR||Not a message.\rERR|MSH^1^^100&Segment sequence error&HL70357\r";
    assert_eq!(found, expected);
    assert_eq!(Message::parse(found.as_bytes()).unwrap().kind(), "ACK");
}

#[test]
fn other_delimiters_and_character_sets_are_answered_in_kind() {
    let found = answer("MSH#*+!?#PAS#R0D#X#Y#20240301##ADT*A31#M*1#P#2.3", Code::Accepted, None);
    assert_eq!(
        found,
        "MSH#*+!?#X#Y#PAS#R0D#20240301101000+0000##ACK*A31*ACK#C1#P#2.3\nMSA#AA#M*1\n"
    );
    let bytes = b"MSH|^~\\&|Caf\xe9||||20240301||ADT^A31|M1|P|2.4";
    let message = Message::parse(bytes).unwrap();
    let found = acknowledge(Some(&message), Code::Accepted, None, NOW, "C1");
    assert!(found.windows(4).any(|window| window == b"Caf\xe9"));
}
