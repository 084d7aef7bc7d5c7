//! Whatever the record shows comes from the message: change the field, and what is read changes.

use super::show::shown;
use std::path::Path;

/// (example, segment, field, another value). A segment may be counted: `OBX[3]`.
const CHANGES: &[(&str, &str, usize, &str)] = &[
    ("adt-a01-admission", "MSH", 9, "ADT^A03"),
    ("adt-a01-admission", "EVN", 2, "202403011011"),
    ("adt-a01-admission", "MSH", 7, "20240301101501"),
    ("adt-a01-admission", "PID", 3, "0123457^^^NHS^HospitalNumber"),
    ("adt-a01-admission", "PID", 5, "Hardy^Teresa"),
    ("adt-a01-admission", "PID", 7, "19840513"),
    ("adt-a01-admission", "PID", 8, "M"),
    ("adt-a01-admission", "PID", 9, "Durbey^Tess"),
    ("adt-a01-admission", "PID", 11, "2 Marlott Lane"),
    ("adt-a01-admission", "PID", 13, "01632 960999"),
    ("adt-a01-admission", "PID", 14, "07700 900999"),
    ("adt-a01-admission", "PID", 15, "pol^Polish"),
    ("adt-a01-admission", "PID", 22, "B^White Irish"),
    ("adt-a01-admission", "PID", 24, "Y"),
    ("adt-a01-admission", "PID", 29, "20240301"),
    ("adt-a01-admission", "PID", 30, "Y"),
    ("adt-a01-admission", "PID", 32, "NSTS02"),
    ("adt-a01-admission", "PD1", 3, "Other Surgery^^J81002"),
    ("adt-a01-admission", "PD1", 12, "Y"),
    ("adt-a01-admission", "NK1", 2, "Hardy^Jack"),
    ("adt-a01-admission", "NK1", 3, "13^Father"),
    ("adt-a01-admission", "NK1", 4, "9 Marlott Lane"),
    ("adt-a01-admission", "NK1", 5, "01632 960125"),
    ("adt-a01-admission", "NK1", 6, "01632 960126"),
    ("adt-a01-admission", "NK1", 7, "EC^Emergency contact"),
    ("adt-a01-admission", "NK1", 8, "20200101"),
    ("adt-a01-admission", "NK1", 9, "20210101"),
    ("adt-a01-admission", "NK1", 20, "pol"),
    ("adt-a01-admission", "PV1", 2, "E"),
    ("adt-a01-admission", "PV1", 3, "W5"),
    ("adt-a01-admission", "PV1", 4, "11"),
    ("adt-a01-admission", "PV1", 8, "G3^Other^Olive"),
    ("adt-a01-admission", "PV1", 9, "C4^Boldwood^William"),
    ("adt-a01-admission", "PV1", 10, "320"),
    ("adt-a01-admission", "PV1", 14, "29"),
    ("adt-a01-admission", "PV1", 18, "Private"),
    ("adt-a01-admission", "PV1", 19, "V101"),
    ("adt-a01-admission", "PV1", 44, "202403010931"),
    ("adt-a01-admission", "PV1", 45, "202403020931"),
    ("adt-a01-admission", "PV2", 3, "R51^Headache"),
    ("adt-a01-admission", "PV2", 9, "20240305"),
    ("adt-a01-admission", "PV2", 12, "For observation"),
    ("adt-a01-admission", "AL1", 2, "FA"),
    ("adt-a01-admission", "AL1", 3, "Latex"),
    ("adt-a01-admission", "AL1", 4, "MI"),
    ("adt-a01-admission", "AL1", 5, "Swelling"),
    ("adt-a01-admission", "AL1", 6, "2011"),
    ("adt-a01-admission", "DG1", 3, "I21.9^Heart attack^I10"),
    ("adt-a01-admission", "DG1", 4, "Angina, getting worse"),
    ("adt-a01-admission", "DG1", 5, "20240229"),
    ("adt-a01-admission", "DG1", 6, "F"),
    ("adt-a01-admission", "DG1", 16, "C4^Boldwood^William"),
    ("adt-a01-admission", "DG1", 19, "20240302"),
    ("adt-a01-admission", "DG1", 21, "D"),
    ("adt-a01-admission", "PR1", 3, "K75.1^Stent^OPCS4"),
    ("adt-a01-admission", "PR1", 4, "Coronary angiogram"),
    ("adt-a01-admission", "PR1", 5, "202403011500"),
    ("adt-a01-admission", "PR1", 6, "T^Therapeutic"),
    ("adt-a01-admission", "PR1", 11, "C4^Boldwood^William"),
    ("adt-a01-admission", "PR1", 15, "I20.0^Unstable angina"),
    ("adt-a02-transfer", "PV1", 6, "W3"),
    ("adt-a03-discharge", "PV1", 36, "2^Against advice"),
    ("adt-a03-discharge", "PV1", 37, "49^Ward"),
    ("adt-a03-discharge", "PV1", 45, "202403011003"),
    ("adt-a05-planned-admission", "PV2", 8, "20240411"),
    ("adt-visit-without-number-or-time", "EVN", 6, "202403011006"),
    ("adt-a31-death-and-protected-details", "IAM", 6, "D"),
    ("adt-a31-death-and-protected-details", "IAM", 11, "2016"),
    ("adt-a31-death-and-protected-details", "IAM", 17, "S"),
    ("adt-a40-merge", "MRG", 1, "0999998^^^R0D^MR"),
    ("oru-r01-blood-count", "PV1", 19, "V101"),
    ("oru-r01-blood-count", "OBR", 3, "F89^LAB"),
    ("oru-r01-blood-count", "OBR", 4, "FBC^Blood count"),
    ("oru-r01-blood-count", "OBR", 7, "202403010801"),
    ("oru-r01-blood-count", "OBR", 13, "Breathless"),
    ("oru-r01-blood-count", "OBR", 16, "G3^Other^Olive"),
    ("oru-r01-blood-count", "OBR", 22, "202403011001"),
    ("oru-r01-blood-count", "OBR", 24, "RAD"),
    ("oru-r01-blood-count", "OBR", 25, "C"),
    ("oru-r01-blood-count", "OBR", 31, "D64^Anaemia"),
    ("oru-r01-blood-count", "OBR", 32, "C9&Fray&Amos"),
    ("oru-r01-blood-count", "NTE", 3, "Sample clotted"),
    ("oru-r01-blood-count", "OBX", 3, "HB^Haemoglobin"),
    ("oru-r01-blood-count", "OBX", 4, "2"),
    ("oru-r01-blood-count", "OBX", 5, "7.1"),
    ("oru-r01-blood-count", "OBX", 6, "g/L"),
    ("oru-r01-blood-count", "OBX", 7, "12-16"),
    ("oru-r01-blood-count", "OBX", 8, "L"),
    ("oru-r01-blood-count", "OBX", 11, "P"),
    ("oru-r01-blood-count", "OBX", 14, "202403010806"),
    ("oru-r01-blood-count", "OBX", 15, "Pathology Dorset"),
    ("oru-r01-blood-count", "OBX", 16, "C8^Poorgrass^Joseph"),
    ("oru-r01-blood-count", "OBX", 17, "Point of care"),
    ("oru-r01-blood-count", "NTE[2]", 3, "Telephoned to GP"),
    ("oru-r01-blood-count", "OBX[3]", 5, ">^101"),
    ("oru-r01-blood-count", "OBX[4]", 5, "^1^:^64"),
    ("oru-r01-blood-count", "OBX[6]", 5, "165743006^Blood group AB^SCT"),
    ("oru-r01-blood-count", "OBX[6]", 7, "any"),
    ("oru-r01-blood-count", "OBX[8]", 5, "Platelets large"),
    ("oru-r01-blood-count", "OBX[9]", 5, "Repeat in a month"),
    ("oru-r01-blood-count", "OBX[10]", 5, "20240211"),
    ("oru-r01-blood-count", "OBX[11]", 5, "0806"),
    ("oru-r01-blood-count", "OBX[12]", 6, "g/L"),
    ("oru-r01-attached-document", "OBX", 5, "^AP^PDF^Base64^JVBERi0xLjQK"),
    ("siu-s12-booked", "SCH", 2, "F56"),
    ("siu-s12-booked", "SCH", 6, "Add"),
    ("siu-s12-booked", "SCH", 7, "Review"),
    ("siu-s12-booked", "SCH", 8, "NEW^New patient"),
    ("siu-s12-booked", "SCH", 9, "45"),
    ("siu-s12-booked", "SCH", 10, "fortnights"),
    ("siu-s12-booked", "SCH", 11, "^^^202404030930"),
    ("siu-s12-booked", "SCH", 25, "Noshow"),
    ("siu-s12-booked", "AIS", 3, "394591006^Neurology^SCT"),
    ("siu-s12-booked", "AIL", 3, "CLIN4"),
    ("siu-s12-booked", "AIP", 3, "C4^Boldwood^William"),
    ("siu-s12-booked", "NTE", 3, "Bring your glasses"),
    ("siu-s13-moved", "SCH", 16, "C4^Boldwood^William"),
    ("mdm-t02-new-document", "TXA", 2, "OP"),
    ("mdm-t02-new-document", "TXA", 4, "202403041501"),
    ("mdm-t02-new-document", "TXA", 6, "202403041511"),
    ("mdm-t02-new-document", "TXA", 9, "C4^Boldwood^William"),
    ("mdm-t02-new-document", "TXA", 12, "DOC9"),
    ("mdm-t02-new-document", "TXA", 16, "letter.pdf"),
    ("mdm-t02-new-document", "TXA", 17, "IP"),
    ("mdm-t02-new-document", "TXA", 18, "V"),
    ("mdm-t02-new-document", "TXA", 19, "CA"),
    ("mdm-t02-new-document", "TXA", 22, "C4^Boldwood^William"),
    ("mdm-t02-new-document", "PV1", 3, "W5"),
    ("mdm-t02-new-document", "PV1", 19, "V101"),
    ("mdm-t02-new-document", "OBX[2]", 5, "Home on clopidogrel."),
    ("mdm-t10-replacement", "TXA", 13, "DOC0"),
    ("vxu-v04-given-and-refused", "ORC", 3, "I2"),
    ("vxu-v04-given-and-refused", "ORC", 12, "G3^Other^Olive"),
    ("vxu-v04-given-and-refused", "RXA", 3, "20240216"),
    ("vxu-v04-given-and-refused", "RXA", 5, "MMR"),
    ("vxu-v04-given-and-refused", "RXA", 6, "0.3"),
    ("vxu-v04-given-and-refused", "RXA", 7, "L"),
    ("vxu-v04-given-and-refused", "RXA", 9, "00^New"),
    ("vxu-v04-given-and-refused", "RXA", 10, "N2^Day^Fancy"),
    ("vxu-v04-given-and-refused", "RXA", 11, "^^^R0D03"),
    ("vxu-v04-given-and-refused", "RXA", 15, "BN2"),
    ("vxu-v04-given-and-refused", "RXA", 16, "20240701"),
    ("vxu-v04-given-and-refused", "RXA", 17, "Moderna"),
    ("vxu-v04-given-and-refused", "RXA", 19, "Asthma"),
    ("vxu-v04-given-and-refused", "RXA", 20, "PA"),
    ("vxu-v04-given-and-refused", "RXA", 21, "D"),
    ("vxu-v04-given-and-refused", "RXA", 22, "20240217"),
    ("vxu-v04-given-and-refused", "RXA[2]", 18, "Allergy"),
    ("vxu-v04-given-and-refused", "RXR", 1, "Nasal"),
    ("vxu-v04-given-and-refused", "RXR", 2, "Right arm"),
    ("vxu-v04-given-and-refused", "OBX", 5, "MMR"),
    ("ref-i12-referral", "RF1", 1, "A^Accepted"),
    ("ref-i12-referral", "RF1", 2, "R^Routine"),
    ("ref-i12-referral", "RF1", 3, "NEU^Neurology"),
    ("ref-i12-referral", "RF1", 4, "OP^Opinion"),
    ("ref-i12-referral", "RF1", 5, "I^Inpatient"),
    ("ref-i12-referral", "RF1", 6, "R78"),
    ("ref-i12-referral", "RF1", 7, "20240302"),
    ("ref-i12-referral", "RF1", 8, "20240602"),
    ("ref-i12-referral", "RF1", 9, "20240229"),
    ("ref-i12-referral", "RF1", 10, "Fits"),
    ("ref-i12-referral", "PRD", 2, "Other^Olive"),
    ("ref-i12-referral", "PRD", 4, "Other Surgery"),
    ("ref-i12-referral", "PRD[2]", 2, "Boldwood^William"),
];

#[test]
fn each_field_the_record_shows_changes_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hl7/tests/examples");
    let unchanged: Vec<String> = CHANGES
        .iter()
        .filter(|(example, segment, field, value)| {
            let text = std::fs::read_to_string(folder.join(format!("{example}.txt"))).unwrap();
            let (message, _) = text.split_once("---\n").unwrap();
            let message = message.trim_end();
            let changed = with_field(message, segment, *field, value);
            assert_ne!(message, changed, "{example} {segment}-{field} is {value:?} already");
            shown(message) == shown(&changed)
        })
        .map(|(example, segment, field, _)| format!("{example} {segment}-{field}"))
        .collect();
    assert!(unchanged.is_empty(), "{unchanged:#?}");
}

/// The message with one field replaced, lengthening the segment as needed.
fn with_field(message: &str, segment: &str, field: usize, value: &str) -> String {
    let (name, nth) = segment.split_once('[').unwrap_or((segment, "1]"));
    let nth: usize = nth.trim_end_matches(']').parse().unwrap();
    let mut seen = 0;
    let mut found = false;
    let lines: Vec<String> = message
        .lines()
        .map(|line| {
            if line.get(..3) != Some(name) {
                return line.to_owned();
            }
            seen += 1;
            if seen != nth {
                return line.to_owned();
            }
            found = true;
            let mut fields: Vec<&str> = line.split('|').collect();
            let at = if name == "MSH" { field - 1 } else { field };
            while fields.len() <= at {
                fields.push("");
            }
            fields[at] = value;
            fields.join("|")
        })
        .collect();
    assert!(found, "no {segment}");
    lines.join("\n")
}
