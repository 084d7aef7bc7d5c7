//! Official files read as they are published, and what is wrong is named by file, line and reason.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use super::*;
use proptest::prelude::*;

const AREAS: &str =
    "lsoa21_code,lsoa21_name,msoa21_code,msoa21_hocl_name,ltla_code,centroid_lon,centroid_lat,imd2025_decile
E01000001,\"Somewhere, East 001A\",E02000001,Somewhere Rise,E06000059,-2.45,50.71,9
E01000002,\"Somewhere, East 001B\",E02000001,Somewhere Rise,E06000059,-2.44,50.72,2
";
const POSTCODES: &str = "postcode,lsoa21_code,ltla_code,lat,lon,in_codepoint_open_2014
DT1 1AA,E01000001,E06000059,50.71,-2.45,1
DT1 1AB,E01000001,E06000059,50.71,-2.45,0
";
const PRACTICES: &str = "practice_code,practice_name,pcn_ods_code,status_code,list_size_jan2021,lat,lon
J00001,The First,U00001,A,8840,50.8,-1.9
J00002,The Second,U00001,D,,50.8,-1.9
";
const BOUNDARIES: &str = r#"{"type":"FeatureCollection","name":"x","features":[{"type":"Feature",
"properties":{"lsoa21_code":"E01000001","lsoa21_name":"x"},
"geometry":{"type":"Polygon","coordinates":[[[-2.5,50.7],[-2.4,50.7],[-2.4,50.8],[-2.5,50.8],[-2.5,50.7]],
[[-2.46,50.74],[-2.44,50.74],[-2.44,50.76],[-2.46,50.76],[-2.46,50.74]]]}}]}"#;

fn all(text: &[u8]) -> [Option<Wrong>; 12] {
    [
        areas(text).err(),
        census(text).err(),
        households(text).err(),
        ethnicity(text).err(),
        language(text).err(),
        single_years(text).err(),
        became(text).err(),
        sexes(text).err(),
        postcodes(text, &mut |_| ()).err(),
        practices(text).err(),
        deaths(text).err(),
        boundaries(text).err(),
    ]
}

fn said(read: Result<impl Sized, Wrong>) -> String {
    read.err().expect("this was taken").to_string()
}

#[test]
fn files_read_as_they_are_published() {
    let found = areas(AREAS.as_bytes()).unwrap();
    assert_eq!((found[0].fifth, found[1].fifth), (5, 1));
    assert_eq!(found[0].centre, [50.71, -2.45]);
    let mut codes = Vec::new();
    postcodes(POSTCODES.as_bytes(), &mut |one| codes.push((one.postcode, one.in_use))).unwrap();
    assert_eq!(codes, [("DT1 1AA".to_owned(), true), ("DT1 1AB".to_owned(), false)]);
    let surgeries = practices(PRACTICES.as_bytes()).unwrap();
    assert_eq!((surgeries[0].patients, surgeries[1].patients), (Some(8840), None));
    assert!(surgeries[0].open && !surgeries[1].open);
    // A mark of the byte order, and lines that end as Windows ends them.
    let windows = format!("\u{feff}{}", AREAS.replace('\n', "\r\n"));
    assert_eq!(areas(windows.as_bytes()).unwrap(), found);
}

#[test]
fn a_boundary_knows_what_it_holds() {
    let found = boundaries(BOUNDARIES.as_bytes()).unwrap();
    assert!(found[0].holds([50.71, -2.48]));
    assert!(!found[0].holds([50.75, -2.45]), "a hole is not within");
    assert!(!found[0].holds([50.9, -2.45]));
    assert!(found[0].off([50.75, -2.45]) == 0.0);
    assert!((found[0].off([50.85, -2.45]) - 0.05).abs() < 1e-9);
}

#[test]
fn what_is_wrong_is_named_by_file_line_and_reason() {
    let cases = [
        (
            said(areas(AREAS.replace("imd2025_decile", "imd").as_bytes())),
            "lsoa21_dorset_imd2025.csv, line 1: no column imd2025_decile",
        ),
        (
            said(areas(AREAS.replace(",2\n", ",11\n").as_bytes())),
            "line 3: imd2025_decile: a whole number from 1 to 10, not “11”",
        ),
        (
            said(areas(AREAS.replace("E01000002", "E0100000").as_bytes())),
            "line 3: lsoa21_code",
        ),
        (
            said(areas(AREAS.replace("50.72", "five").as_bytes())),
            "line 3: centroid_lat: a number from 49 to 61, not “five”",
        ),
        (
            said(areas(AREAS.replace("50.72", "NaN").as_bytes())),
            "line 3: centroid_lat",
        ),
        (
            said(areas(AREAS.lines().next().unwrap().as_bytes())),
            "no rows under the heading",
        ),
        (
            said(areas(format!("{AREAS}E01000003,x\n").as_bytes())),
            "line 4: 2 cells where the heading has 8",
        ),
        (said(areas(&b"lsoa21_code\n\xff\n"[..])), "line 1: no column"),
        (
            said(postcodes(
                POSTCODES.replace("DT1 1AB", "dt1 1ab").as_bytes(),
                &mut |_| (),
            )),
            "line 3: postcode",
        ),
        (
            said(postcodes(POSTCODES.replace(",0\n", ",yes\n").as_bytes(), &mut |_| ())),
            "line 3: in_codepoint_open_2014: 0 or 1",
        ),
        (
            said(practices(PRACTICES.replace("J00002", "J00001").as_bytes())),
            "line 3: practice_code: J00001 stands there twice",
        ),
        (
            said(practices(PRACTICES.replace(",D,", ",X,").as_bytes())),
            "line 3: status_code",
        ),
        (
            said(boundaries(BOUNDARIES.replace("Polygon", "Point").as_bytes())),
            "geo/lsoa21_dorset_bsc.geojson, line",
        ),
        (
            said(boundaries(BOUNDARIES.replace("[-2.4,50.8]", "[-2.4,508]").as_bytes())),
            "E01000001: 4 to",
        ),
        (said(boundaries(&b"{"[..])), "not boundaries of areas"),
        (
            said(areas(AREAS.replace("ltla_code", "lsoa21_code").as_bytes())),
            "the column lsoa21_code stands there twice",
        ),
    ];
    for (found, wanted) in cases {
        assert!(found.contains(wanted), "{found}\nlacks {wanted}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for wrong in all(&bytes).into_iter().flatten() {
            prop_assert!(!wrong.reason.is_empty() && wrong.reason.len() < 2_000);
        }
    }

    #[test]
    fn a_changed_byte_is_read_or_its_line_is_one_of_the_file(
        which in 0usize..4, at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = [AREAS, POSTCODES, PRACTICES, BOUNDARIES][which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let lines = 2 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        for wrong in all(&bytes).into_iter().flatten() {
            prop_assert!(wrong.line <= lines, "{wrong}");
        }
    }

    #[test]
    fn every_area_taken_is_within_its_bounds(tenth in 0u32..20, lat in 40.0f64..70.0) {
        let text = AREAS.replace(",2\n", &format!(",{tenth}\n")).replace("50.72", &lat.to_string());
        match areas(text.as_bytes()) {
            Ok(found) => {
                prop_assert!((1..=10).contains(&tenth) && (49.0..=61.0).contains(&lat));
                prop_assert_eq!(u32::from(found[1].fifth), tenth.div_ceil(2));
            }
            Err(wrong) => {
                prop_assert!(!((1..=10).contains(&tenth) && (49.0..=61.0).contains(&lat)));
                prop_assert_eq!(wrong.line, 3);
            }
        }
    }
}
