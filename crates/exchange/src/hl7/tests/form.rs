//! The form of messages: delimiters, escapes, limits, character sets, versions; and that nothing panics.

use super::show::shown;
use crate::hl7::{Message, attachments, read, split, version};
use proptest::prelude::*;

fn with(segments: &str) -> String {
    format!("MSH|^~\\&|LAB|R0D|||20240301||ADT^A31|M1|P|2.4\r{segments}")
}

#[test]
fn parts_are_reached_by_number() {
    let text = with(
        "PID|1||a^b&c&d^e~f^g|\\F\\x\\S\\y\\T\\z\\R\\w\\E\\|\\X41\\\\X0D0A\\B|one\\.br\\two\\.sp2\\three|\"\"|\\Q\\ \\open",
    );
    let message = Message::parse(text.as_bytes()).unwrap();
    let pid = message.segment("PID").unwrap();
    let header = message.header();
    for (found, expected) in [
        (header.field(1).raw().to_owned(), "|"),
        (header.field(2).raw().to_owned(), "^~\\&"),
        (header.field(9).component(2).text(), "A31"),
        (header.field(99).text(), ""),
        (pid.name().to_owned(), "PID"),
        (pid.field(3).component(2).text(), "b"),
        (pid.field(3).component(2).subcomponent(3), "d"),
        (pid.field(3).component(2).words(), "b c d"),
        (pid.field(3).repetition(1).component(2).text(), "g"),
        (pid.field(3).repetition(7).component(0).text(), ""),
        (pid.field(4).text(), "|x^y&z~w\\"),
        (pid.field(5).text(), "A\nB"),
        (pid.field(6).text(), "one\ntwo\n\nthree"),
        (pid.field(7).text(), ""),
        (pid.field(7).words(), ""),
        (pid.field(8).text(), "\\Q\\ \\open"),
        (pid.place(7), "PID-7"),
    ] {
        assert_eq!(found, expected);
    }
    assert!(pid.field(7).is_empty() && pid.field(9).is_empty() && pid.field(0).is_empty());
}

#[test]
fn bytes_that_are_not_utf8_are_read_and_said() {
    let mut bytes = with("PID|1||1^^^R0D^MR||Bront").into_bytes();
    bytes.extend_from_slice(b"\xeb^Anne");
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.segment("PID").unwrap().field(5).text(), "Brontë");
    assert!(message.is_latin1());
    let items = read(&bytes).unwrap();
    assert!(items[0].issues[0].reason.contains("ISO 8859-1"));
}

#[test]
fn a_broken_line_is_joined_and_said() {
    let text = with("PID|1||1^^^R0D^MR||Har\rdy^Tess||19840512");
    let message = Message::parse(text.as_bytes()).unwrap();
    assert_eq!(message.segment("PID").unwrap().field(7).text(), "19840512");
    assert_eq!(message.oddities()[0].place, "line 3");
}

#[test]
fn what_is_not_a_message_is_refused_by_name() {
    let many_fields = with(&format!("PID{}", "|".repeat(2000)));
    let many_segments = with(&"ZZZ|1\r".repeat(30_000));
    for (text, code) in [
        ("", "no-msh"),
        ("MSH", "no-msh"),
        ("MSHA", "no-msh"),
        ("MSH|||", "no-message-type"),
        ("MSH|^~\\&", "no-message-type"),
        ("MSH|^^^^|A", "no-msh"),
        ("PID|1", "no-msh"),
        ("MSH|^~\\&|||||||ADT^A01\rMSH|^~\\&|||||||ADT^A01", "several-messages"),
        (&many_fields, "too-large"),
        (&many_segments, "too-large"),
    ] {
        let refused = read(text.as_bytes()).unwrap_err();
        assert_eq!(refused.rejection.code, code, "{}", text.get(..40).unwrap_or(text));
    }
    let long = [b"MSH|^~\\&|".as_slice(), &vec![b'x'; 9 * 1024 * 1024]].concat();
    assert_eq!(read(&long).unwrap_err().rejection.code, "too-large");
}

#[test]
fn the_event_leads_and_the_sending_breaks_ties() {
    let at = |recorded: &str, sent: &str| {
        let text = format!("MSH|^~\\&|||||{sent}||ADT^A31|M1|P|2.4\rEVN||{recorded}");
        version(&Message::parse(text.as_bytes()).unwrap()).unwrap()
    };
    let ordered = [
        at("20240301101000", "20240301101001"),
        at("20240301101000", "20240301101502"),
        at("20240301101000", "20240303101502"),
        at("20240301101000", "20290303101502"),
        at("20240301101001", "20240301101001"),
        at("", "20240301101003"),
    ];
    assert!(ordered.windows(2).all(|pair| pair[0] < pair[1]), "{ordered:?}");
}

#[test]
fn a_correction_and_a_list_sent_again_keep_their_ids() {
    let report = |sent: &str, lines: &str| {
        format!(
            "MSH|^~\\&|LAB|R0D|||{sent}||ORU^R01|M1|P|2.4\nPID|1||1^^^R0D^MR\nOBR|1||F1|UE^Urea|||20240301||||||||||||||||||F\n{lines}"
        )
    };
    let ids = |text: &str| -> Vec<String> {
        let items = read(text.replace('\n', "\r").as_bytes()).unwrap();
        items
            .into_iter()
            .filter(|i| i.item_type == "Observation")
            .map(|i| i.local_id)
            .collect()
    };
    let first = ids(&report(
        "20240301",
        "OBX|1|NM|UREA^Urea||5.1|mmol/L|||||F\nOBX|2|NM|K^Potassium||4|mmol/L|||||F",
    ));
    let corrected = ids(&report("20240302", "OBX|1|NM|K^Potassium||4.4|mmol/L|||||C"));
    assert_eq!(first, ["F1/ue/urea", "F1/ue/k"]);
    assert_eq!(corrected, ["F1/ue/k"]);
    let twice = ids(&report(
        "20240301",
        "OBX|1|NM|K^K||4|mmol/L|||||F\nOBX|2|NM|K^K||5|mmol/L|||||F",
    ));
    assert_eq!(twice, ["F1/ue/k", "F1/ue/k#2"]);
}

#[test]
fn attached_documents_are_decoded_or_named() {
    let text = with(
        "PID|1||1\rOBX|1|ED|P^Letter||^AP^PDF^Base64^JVBE\\.br\\Ri0=||||||F\rOBX|2|ED|T^Text||^TEXT^HTML^A^<p>a\\T\\b</p>\rOBX|3|ED|H^Hex||^IM^JPEG^Hex^FFd8\rOBX|4|ED|X^Bad||^AP^PDF^Base64^***\rOBX|5|ED|E^Empty||^AP^PDF^Base64^",
    );
    let found: Vec<String> = attachments(text.as_bytes())
        .unwrap()
        .into_iter()
        .map(|attached| match attached {
            Ok(a) => format!(
                "{} {} {} {}",
                a.place,
                a.title,
                a.media_type,
                String::from_utf8_lossy(&a.bytes)
            ),
            Err(rejection) => rejection.to_string(),
        })
        .collect();
    assert_eq!(
        found,
        [
            "OBX-5 Letter application/pdf %PDF-",
            "OBX[2]-5 Text text/html <p>a&b</p>",
            "OBX[3]-5 Hex image/jpeg \u{fffd}\u{fffd}",
            "OBX[4]-5: Not in the encoding the message names. (unreadable)",
        ]
    );
}

#[test]
fn which_identifier_is_which() {
    for (pid3, expected) in [
        (
            "0123456^^^NHS^HospitalNumber~9990000026^^^NHS^NhsNumber",
            "0123456 9990000026",
        ),
        ("9990000026^^^NHS~0123456^^^R0D", "0123456 9990000026"),
        ("9990000026^^^NHSNBR^NHSNMBR", "nhs:9990000026 9990000026"),
        (
            "9990000026^^^&2.16.840.1.113883.2.1.4.1&ISO^PI",
            "nhs:9990000026 9990000026",
        ),
        (
            "9990000026^^^NHS&2.16.840.1.113883.2.1.4.1&ISO",
            "nhs:9990000026 9990000026",
        ),
        ("999 000 0026^^^^NH", "nhs:9990000026 9990000026"),
        ("A1^^^ACC^AN~B2^^^R0D^MR", "B2 "),
        ("A1^^^X^SS", "A1 "),
        ("9990000026", "9990000026 "),
    ] {
        let text = with(&format!("PID|1||{pid3}"));
        let item = read(text.as_bytes()).unwrap().remove(0);
        let number = item.person.unwrap().nhs_number.map(|n| n.digits()).unwrap_or_default();
        assert_eq!(format!("{} {number}", item.local_id), expected, "{pid3}");
    }
}

#[test]
fn line_ends_and_frames_make_no_difference() {
    let text = "MSH|^~\\&|PAS|R0D|||20240301||ADT^A31|M1|P|2.4\nPID|1||1^^^R0D^MR||Hardy^Tess";
    let expected = shown(text);
    for variant in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}\n\n"),
        format!("\u{b}{text}\r\u{1c}\r"),
        text.replace('\n', "\n\n"),
    ] {
        assert_eq!(shown(&variant), expected, "{variant:?}");
    }
}

/// The messages of all examples, for mangling.
fn examples() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hl7/tests/examples");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            std::fs::read_to_string(file)
                .unwrap()
                .split("---\n")
                .next()
                .unwrap()
                .replace('\n', "\r")
        })
        .collect()
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let _ = attachments(&bytes);
        let _ = split(&bytes);
        let framed = [b"MSH|^~\\&|||||||ADT^A01\rPID|".as_slice(), &bytes].concat();
        let _ = read(&framed);
    }

    #[test]
    fn no_mangled_message_panics_and_the_same_bytes_read_the_same(
        which in any::<proptest::sample::Index>(),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), prop_oneof![
            Just("|"), Just("^"), Just("~"), Just("&"), Just("\\"), Just("\r"), Just(""), Just("é"), Just("\"\""),
            Just("9"), Just("0"), Just("D"), Just("||||||||"), Just("99999999999999999999"),
        ]), 1..12),
    ) {
        let mut text: Vec<char> = which.get(&examples()).chars().collect();
        for (at, with) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + 1).min(text.len());
            text.splice(at..end, with.chars());
        }
        let text: String = text.into_iter().collect();
        prop_assert_eq!(read(text.as_bytes()), read(text.as_bytes()));
        let _ = attachments(text.as_bytes());
    }
}
