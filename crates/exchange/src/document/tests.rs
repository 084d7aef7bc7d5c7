//! What each document is told to be, and the text taken out of it.

use super::{Content, Kind, LETTERS_MAX, cda, plain_text, rtf};
use crate::{Format, files};
use proptest::prelude::*;

#[test]
fn a_document_is_told_by_its_first_bytes_before_its_senders_word() {
    for (word, bytes, kind) in [
        ("text/plain", &b"%PDF-1.7"[..], Kind::Pdf),
        ("application/pdf", b"<html><script>", Kind::Other),
        ("text/plain", b"<html>", Kind::Plain),
        ("text/html; charset=utf-8", b"<p>letter</p>", Kind::Html),
        ("text/html", b"a\0b", Kind::Other),
        ("image/svg+xml", b"<svg onload='x'/>", Kind::Other),
        ("image/png", b"<html>", Kind::Other),
        (
            "application/octet-stream",
            b"\x89PNG\r\n\x1a\n\0",
            Kind::Image("image/png"),
        ),
        ("", b"\xff\xd8\xff\xe0", Kind::Image("image/jpeg")),
        ("application/msword", b"{\\rtf1 a}", Kind::Rtf),
        ("application/msword", b"\xd0\xcf", Kind::Other),
        (
            "text/xml",
            b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>",
            Kind::Cda,
        ),
        ("text/xml", b"<?xml version='1.0'?><other/>", Kind::Other),
    ] {
        assert_eq!(Kind::of(word, bytes), kind, "{word} {}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_clinical_document_gives_its_titles_and_its_narrative() {
    let xml = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>
        <c:ClinicalDocument xmlns:c="urn:hl7-org:v3"><c:title>Discharge &amp; letter</c:title><c:author><c:name>Hidden</c:name></c:author>
        <c:component><c:structuredBody><c:component><c:section><c:title>Allergies</c:title>
        <c:text>None &lt;known&gt;<c:br/>asked &#x201C;twice&#8221; &a;
          <c:list><c:item>first</c:item><c:item>second</c:item></c:list>
          <c:table><c:tr><c:th>Drug</c:th><c:td>75 mg</c:td></c:tr></c:table></c:text>
        <c:entry><c:observation><c:text>machine only</c:text></c:observation></c:entry>
        </c:section></c:component></c:structuredBody></c:component></c:ClinicalDocument>"#;
    let shown = "Discharge & letter\n\nAllergies\n\nNone <known>\nasked “twice” &a;\n- first\n- second\nDrug | 75 mg |";
    assert_eq!(cda::text(xml), shown);
}

#[test]
fn rich_text_gives_its_words_and_nothing_that_is_not_text() {
    let document = br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator Word;}{\info{\title Hidden}}\pard Dear Dr \'e9t\'e9,\par
        \par Dose\tab 75 mg \u8804?100\~mg \{ok\}\par{\field{\*\fldinst HYPERLINK x}{\fldrslt a link}}{\pict\bin3 }}}}\par end}";
    let text = rtf::text(document);
    assert_eq!(text, "Dear Dr été,\n\nDose\t75 mg ≤100 mg {ok}\na link\nend");
}

#[test]
fn text_in_the_letters_of_older_systems_is_read() {
    assert_eq!(plain_text(Kind::Plain, b"caf\xe9 \x93x\x94").unwrap(), "café “x”");
    assert_eq!(plain_text(Kind::Pdf, b"%PDF-"), None);
}

#[test]
fn a_document_without_end_is_cut_and_says_so() {
    let text = rtf::text(&[b'a'].repeat(LETTERS_MAX + 5));
    assert!(text.len() < LETTERS_MAX + 100 && text.ends_with("keep the file to read the rest.)"));
    assert_eq!(rtf::text(&b"{".repeat(1_000_000)), "");
    assert_eq!(cda::text(&"<a>".repeat(500_000)), "");
}

#[test]
fn every_document_of_a_resource_is_found_with_its_place() {
    let json = br##"{"resourceType":"DocumentReference","contained":[{"resourceType":"Binary","id":"b","contentType":"text/plain","data":"SGk="}],
        "content":[{"attachment":{"contentType":"application/pdf","title":"Letter","data":"JVBERi0x"}},
        {"attachment":{"contentType":"text/plain","url":"#b"}},{"attachment":{"contentType":"text/plain","url":"Binary/7"}},
        {"attachment":{"contentType":"text/plain","data":"%%%"}}]}"##;
    let found = files(Format::Fhir, json);
    let shown: Vec<_> = found
        .iter()
        .map(|file| match &file.content {
            Content::Bytes(bytes) => format!("{} {:?} {}", file.place, Kind::of(&file.media_type, bytes), bytes.len()),
            Content::At(url) => format!("{} at {url}", file.place),
            Content::Unreadable(why) => format!("{} {}", file.place, &why[..20]),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "contained[0] Plain 2",
            "content[0].attachment Pdf 6",
            "content[2].attachment at Binary/7",
            "content[3].attachment it is not base64, as",
        ]
    );
}

#[test]
fn a_composition_is_one_page_of_its_sections() {
    let json = br#"{"resourceType":"Composition","title":"A < B","section":[{"title":"Plan","text":{"div":"<div>rest</div>"},"section":[{"title":"Sub"}]}]}"#;
    let found = files(Format::Fhir, json);
    let Content::Bytes(page) = &found[0].content else {
        panic!()
    };
    let page = String::from_utf8_lossy(page);
    assert!(
        page.ends_with("<h1>A &lt; B</h1><h2>Plan</h2><div>rest</div><h3>Sub</h3>"),
        "{page}"
    );
}

#[test]
fn a_message_about_several_people_shows_no_document() {
    let message = |second: &str| {
        format!(
            "MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5\rPID|1||1^^^B||X^Y\r{second}OBR|1\rOBX|1|ED|1^Letter||^text^plain^A^Hello\r"
        )
    };
    assert_eq!(
        files(Format::Hl7, message("").as_bytes())[0].content,
        Content::Bytes(b"Hello".to_vec())
    );
    let several = files(Format::Hl7, message("PID|2||2^^^B||P^Q\r").as_bytes());
    assert!(matches!(several[0].content, Content::Unreadable(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_document_makes_a_reader_fall_over(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        xml in "(<(/)?[a-z:]{0,8}( a=\"[^\"]{0,4}\")?(/)?>|&#?x?[0-9a-f]{0,8};|[a-zé<>!\\[\\]-]{0,6}|<!\\[CDATA\\[){0,30}",
        rich in "(\\{|\\}|\\\\[a-z*'~]{0,9}-?[0-9]{0,11} ?|[a-zé]{0,5}){0,40}",
    ) {
        for kind in [Kind::Cda, Kind::Rtf, Kind::Plain] {
            for document in [&bytes[..], xml.as_bytes(), rich.as_bytes()] {
                prop_assert!(plain_text(kind, document).is_some());
            }
        }
        let narrative = format!("<ClinicalDocument><section><text>{xml}");
        let _ = cda::text(&narrative);
        let _ = files(Format::Fhir, &bytes);
        let _ = files(Format::Hl7, &bytes);
    }
}
