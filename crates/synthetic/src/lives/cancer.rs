//! Cancer as it is found and treated: what someone noticed, the urgent referral, biopsy and scan, the meeting where
//! it is talked over, treatment by kind and stage, follow-up, and care at the end.
//!
//! Kinds by age and sex, and shares treated in each way: rounded from Cancer Research UK's statistics and the
//! National Disease Registration Service's Get Data Out tables (England 2013–2019). Intervals keep about to the
//! national standards: seen within two weeks, told within 28 days, treated within 62.

use super::conditions::{Condition, Had};
use super::practice::{haemoglobin, number};
use super::telling::Clinic;
use super::{Care, Diary, Moment, Tellers};
use crate::people::Person;
use crate::terms::{self, Term, term};
use record::{Date, Sex};

/// What a kind of cancer is called, how it shows, and how it is treated.
pub struct Site {
    /// Diagnosis.
    pub term: Term,
    /// ICD-10.
    pub icd: &'static str,
    complaint: &'static str,
    sent_to: &'static str,
    clinic: Clinic,
    found_by: &'static str,
    scan: (&'static str, &'static str),
    surgery: &'static str,
    /// Of those whose cancer has not spread: shares operated on, given radiotherapy, given chemotherapy.
    shares: [f64; 3],
    /// Share whose cancer had spread when it was found, of those who live.
    spread: f64,
}

macro_rules! site {
    ($name:ident $code:literal $words:literal $icd:literal $complaint:literal $to:literal $clinic:expr, $found:literal
        $scan:expr, $surgery:literal $shares:expr, $spread:literal) => {
        static $name: Site = Site {
            term: term($code, $words),
            icd: $icd,
            complaint: $complaint,
            sent_to: $to,
            clinic: $clinic,
            found_by: $found,
            scan: $scan,
            surgery: $surgery,
            shares: $shares,
            spread: $spread,
        };
    };
}

const CLEAR: &str = "No spread seen beyond the primary site.";

site!(BREAST "254837009" "Malignant neoplasm of breast" "C50.9" "Lump in breast" "Suspected cancer: breast"
    ("Breast surgery", "103"), "Core biopsy of breast" ("Ultrasound of breast and armpit", "Solid mass of 18 mm. Armpit nodes look normal."),
    "Wide local excision of breast" [0.92, 0.65, 0.33], 0.03);
site!(PROSTATE "399068003" "Malignant tumour of prostate" "C61" "Poor urinary stream" "Suspected cancer: urology"
    ("Urology", "101"), "Biopsy of prostate" ("MRI of prostate", "Lesion in the peripheral zone, confined to the gland."),
    "Robotic prostatectomy" [0.14, 0.32, 0.0], 0.1);
site!(BOWEL "363406005" "Malignant neoplasm of colon" "C18.9" "Change of bowel habit" "Suspected cancer: lower gastrointestinal"
    ("Colorectal surgery", "104"), "Colonoscopy" ("CT of chest, abdomen and pelvis", CLEAR),
    "Right hemicolectomy" [0.88, 0.05, 0.36], 0.08);
site!(LUNG "254637007" "Non-small cell lung cancer" "C34.9" "Cough for three weeks, weight loss" "Suspected cancer: lung"
    ("Respiratory medicine", "340"), "Bronchoscopy" ("CT of chest and upper abdomen", "Mass of 3 cm in the right upper lobe. No enlarged nodes."),
    "Lobectomy of lung" [0.55, 0.35, 0.25], 0.5);
site!(MELANOMA "93655004" "Malignant melanoma of skin" "C43.9" "Changing mole" "Suspected cancer: skin"
    ("Dermatology", "330"), "Excision of skin lesion" ("Histology of skin", "Melanoma, Breslow thickness 0.8 mm, completely excised."),
    "Wide excision of scar" [0.85, 0.0, 0.0], 0.03);
site!(LYMPHOMA "118601006" "Non-Hodgkin's lymphoma" "C85.9" "Lump in neck, night sweats" "Suspected cancer: haematology"
    ("Clinical haematology", "303"), "Biopsy of lymph node" ("PET-CT whole body", "Active nodes above the diaphragm."),
    "" [0.0, 0.2, 0.75], 0.05);
site!(BLADDER "399326009" "Malignant tumour of urinary bladder" "C67.9" "Blood in urine" "Suspected cancer: urology"
    ("Urology", "101"), "Flexible cystoscopy" ("CT urogram", "Filling defect in the bladder. Upper tracts normal."),
    "Transurethral resection of bladder tumour" [0.97, 0.12, 0.12], 0.04);
site!(WOMB "123845008" "Adenocarcinoma of endometrium" "C54.1" "Bleeding after the menopause" "Suspected cancer: gynaecology"
    ("Gynaecology", "502"), "Biopsy of endometrium" ("Ultrasound of pelvis", "Endometrium 14 mm thick."),
    "Hysterectomy" [0.9, 0.35, 0.12], 0.04);
site!(TESTIS "363449006" "Malignant tumour of testis" "C62.9" "Lump in testicle" "Suspected cancer: urology"
    ("Urology", "101"), "Ultrasound of scrotum" ("CT of chest, abdomen and pelvis", CLEAR),
    "Removal of testicle" [0.99, 0.05, 0.4], 0.03);
site!(LEUKAEMIA "277571004" "B-cell acute lymphoblastic leukaemia" "C91.0" "Pale, bruising easily" "Suspected cancer: children"
    ("Paediatric oncology", "260"), "Bone marrow aspirate" ("Blood film", "Blasts seen. Sent to the regional centre at Southampton."),
    "" [0.0, 0.0, 1.0], 0.0);

/// Which kind someone has whose cancer began at this age.
pub fn site(person: &Person, condition: Condition, age: f64) -> &'static Site {
    let draw = person.rng("cancer").unit();
    let men = person.sex == Sex::Male;
    let from = |shares: &[(f64, &'static Site)]| {
        let mut left = draw;
        let found = shares.iter().find(|(share, _)| {
            left -= share;
            left < 0.0
        });
        found.or(shares.last()).map_or(&LYMPHOMA, |(_, site)| *site)
    };
    match condition {
        Condition::BowelCancer => &BOWEL,
        Condition::LungCancer => &LUNG,
        _ if age < 17.0 => from(&[(0.65, &LEUKAEMIA), (0.35, &LYMPHOMA)]),
        _ if men && age < 46.0 => from(&[(0.45, &TESTIS), (0.3, &MELANOMA), (0.25, &LYMPHOMA)]),
        _ if age < 34.0 => from(&[(0.45, &MELANOMA), (0.3, &LYMPHOMA), (0.25, &BREAST)]),
        _ if men => from(&[
            (0.58, &PROSTATE),
            (0.15, &BLADDER),
            (0.14, &LYMPHOMA),
            (0.13, &MELANOMA),
        ]),
        _ => from(&[
            (0.64, &BREAST),
            (0.12, &WOMB),
            (0.12, &MELANOMA),
            (0.08, &LYMPHOMA),
            (0.04, &BLADDER),
        ]),
    }
}

/// Whether what someone died of was this: then it had spread, or came back.
pub fn fatal(diary: &Diary<'_>, had: &Had) -> bool {
    let cancer = matches!(
        had.condition,
        Condition::Cancer | Condition::BowelCancer | Condition::LungCancer
    );
    let expected = had.condition == Condition::LungCancer || diary.has(Condition::Palliative).is_some();
    cancer && had.diagnosed && !diary.life.living && expected && diary.life.until.0 - had.since.0 < 9 * 365
}

/// Every cancer that somebody found.
pub fn cancers(diary: &mut Diary<'_>) {
    for at in 0..diary.life.conditions.len() {
        let had = diary.life.conditions[at];
        let cancer = matches!(
            had.condition,
            Condition::Cancer | Condition::BowelCancer | Condition::LungCancer
        );
        // Hospital letters of the last ten years stand on the record; of what was earlier, the diagnosis alone.
        if !cancer || !had.diagnosed {
            continue;
        }
        let age = f64::from(had.since.0 - diary.person.born.0) / 365.25;
        let site = site(diary.person, had.condition, age);
        if had.since.0 < diary.life.since.0 - 365 {
            // Treated before the record began: what is left is the looking after.
            let own = diary.own_acute();
            follow_up(diary, site, had.since, own, true);
            continue;
        }
        let spread = fatal(diary, &had) && diary.rng.chance(0.6) || diary.rng.chance(site.spread);
        let treatments = treatments(diary, site, age, spread);
        found(diary, site, had.since, (spread, treatments));
        if spread {
            with_spread(diary, site, had.since);
        } else {
            treated(diary, site, had.since, treatments);
            if fatal(diary, &had) {
                came_back(diary, site, had.since);
            }
        }
    }
}

/// Surgery, radiotherapy, chemotherapy that aim at cure. Fewer of the very old and of those with dementia have them;
/// of the others hardly anyone has none where surgery is usual.
fn treatments(diary: &mut Diary<'_>, site: &Site, age: f64, spread: bool) -> [bool; 3] {
    let frail = if diary.has(Condition::Dementia).is_some() {
        0.3
    } else {
        1.0
    };
    let fit = (1.35 - (age - 60.0).max(0.0) / 60.0).clamp(0.45, 1.0) * frail;
    let [surgery, rays, chemo] = site.shares;
    let mut drawn = [surgery * fit, rays * fit, chemo * fit * fit].map(|share| diary.rng.chance(share) && !spread);
    // Lungs are either operated on or given rays.
    if site.icd == "C34.9" && drawn[0] {
        drawn[1] = false;
    }
    drawn
}

fn after(date: Date, days: i32) -> Date {
    Date(date.0 + days)
}

/// From the first visit to the letter that says what will be done. Some are found by screening or as emergencies.
fn found(diary: &mut Diary<'_>, site: &'static Site, told: Date, (spread, treatments): (bool, [bool; 3])) {
    let own = diary.own_acute();
    let age = diary.age(told);
    let screened = (site.icd == "C50.9" && (50..72).contains(&age) || site.icd == "C18.9" && (54..75).contains(&age))
        && !spread
        && diary.rng.chance(0.3);
    // Children with leukaemia are seen at once.
    let at_once = site.icd == "C91.0";
    let before = if at_once { 5 } else { diary.rng.range(30, 46) };
    let seen = after(told, if at_once { -4 } else { -18 });
    if !screened {
        let at = diary.practice_sees(after(told, -before), site.complaint);
        match site.icd {
            "C61" => {
                let psa = 4.5 + 18.0 * diary.rng.liability(0.8);
                number(diary, at.later(1440), Tellers::PRACTICE, &terms::PSA, psa);
            }
            "C18.9" => {
                let fit = 12.0 + 120.0 * diary.rng.liability(0.8);
                number(diary, at.later(4 * 1440), Tellers::PRACTICE, &terms::FIT, fit);
                haemoglobin(diary, at.later(1440), Tellers::PRACTICE, (108.0, 12.0));
            }
            "C34.9" => diary.report(
                at.later(3 * 1440),
                own,
                "Chest X-ray",
                "Opacity in the right upper zone. Urgent CT advised.",
            ),
            _ => {}
        }
        let asked = at.later(if matches!(site.icd, "C61" | "C18.9" | "C34.9") {
            6 * 1440
        } else {
            60
        });
        diary.sent_on(asked, Tellers::PRACTICE, site.sent_to, site.complaint, (true, seen));
    }
    let clinic = diary.clinic(seen, site.clinic, own);
    let looked = clinic
        .unwrap_or(Moment::new(seen, 600))
        .later(if at_once { 1440 } else { 4 * 1440 });
    let looked = Moment::new(crate::calendar::working_day(looked.date), looked.minute);
    diary.done(looked, own, site.found_by);
    let (title, findings) = site.scan;
    let findings = match (spread, site.icd) {
        (false, _) | (_, "C43.9") => findings,
        (_, "C61") => "Lesions in the pelvis and spine that look like spread to bone.",
        (_, "C34.9") => "Mass with enlarged nodes on both sides and deposits in the liver.",
        _ => "Deposits in the liver and lungs.",
    };
    diary.report(looked.later(if at_once { 200 } else { 3 * 1440 }), own, title, findings);
    let at = diary.surgery(told);
    diary.problem(at, own, site.term, site.icd, None);
    let stage = if spread {
        "It has spread beyond where it began"
    } else {
        "It has not been seen to spread"
    };
    let text = format!(
        "Discussed at the multidisciplinary meeting. Diagnosis: {}. {stage}. {} and the family were told in clinic with the specialist \
         nurse, whose number they have. Plan: {}.",
        site.term.words,
        diary.person.called(),
        plan(site, (spread, treatments), age),
    );
    let letter = diary.surgery(after(told, 5));
    diary.letter(letter, own, "Multidisciplinary meeting outcome", &text);
    let review = diary.rng.range(40, 200);
    if diary.rng.chance(0.75) {
        diary.practice_sees(after(told, review), "Cancer care review");
    }
}

fn plan(site: &Site, (spread, treatments): (bool, [bool; 3]), age: i32) -> &'static str {
    match (spread, site.icd) {
        (true, "C61") => "hormone treatment, and chemotherapy if well enough",
        (true, _) if age >= 82 => "comfort and control of symptoms; no chemotherapy",
        (true, _) => "treatment to slow it and to control symptoms",
        (false, "C61") => "watching closely, surgery or radiotherapy have been talked through",
        (false, "C85.9") => "chemotherapy with rituximab, or watching while it is slow",
        (false, "C91.0") => "shared care with the regional children's centre",
        (false, _) if treatments.contains(&true) => "treatment to cure it",
        (false, "C43.9") => "nothing more to be cut away; skin to be looked at every three months",
        (false, _) => "too frail for treatment that aims at cure: to watch, and to treat what troubles",
    }
}

/// Treatment that aims at cure, and the years of looking after.
fn treated(diary: &mut Diary<'_>, site: &'static Site, told: Date, [surgery, rays, chemo]: [bool; 3]) {
    let own = diary.own_acute();
    let wait = diary.rng.range(20, 45);
    let mut day = after(told, wait);
    if surgery {
        operation(diary, site, day, own);
        day = after(day, 40);
    }
    if chemo {
        let cycles = diary.rng.range(4, 6);
        day = chemotherapy(diary, site, (day, cycles), own);
    }
    if rays {
        radiotherapy(diary, day, own, "Radical radiotherapy", 15);
    }
    by_mouth(diary, site, told);
    follow_up(diary, site, told, own, surgery || rays || chemo);
}

fn operation(diary: &mut Diary<'_>, site: &'static Site, day: Date, own: Tellers) {
    let nights = match site.icd {
        "C18.9" | "C34.9" => diary.rng.range(4, 9),
        "C54.1" | "C61" => diary.rng.range(1, 3),
        _ => diary.rng.range(0, 1),
    };
    let ward = if nights == 0 { "Day surgery" } else { "Surgical ward" };
    // Whoever lies on a ward that day is operated on later.
    let days = [0, 9, 18, 27, 45, 60].map(|later| after(day, later));
    let stay = days
        .iter()
        .find_map(|day| diary.planned_stay(*day, own, (site.term, site.icd), ward, site.clinic, nights));
    let Some((from, until)) = stay else { return };
    diary.done(from.later(140), own, site.surgery);
    if until.date.0 <= diary.life.until.0 {
        let text = format!(
            "{} without complication. Wound clean. Results to be given in clinic in two weeks.",
            site.surgery
        );
        super::acute::discharged(diary, until, own, &text);
    }
}

/// Day by day at the hospital's unit, blood counted before each; some come in with an infection while counts are low.
fn chemotherapy(diary: &mut Diary<'_>, site: &'static Site, (from, cycles): (Date, i32), own: Tellers) -> Date {
    let mut day = from;
    for cycle in 0..cycles {
        if day.0 > diary.life.until.0 {
            return day;
        }
        let neutrophils = diary.rng.normal(2.6, 0.8).clamp(1.0, 7.0);
        let before = Moment::new(after(day, -1), 10 * 60);
        haemoglobin(diary, before, own, (118.0, 8.0));
        number(diary, before, own, &terms::NEUTROPHILS, neutrophils);
        let reason = terms::words("Chemotherapy");
        let unit: Clinic = ("Clinical oncology", "800");
        let Some((at, _)) = diary.planned_stay(day, own, (reason, "Z51.1"), "Oncology day unit", unit, 0) else {
            day = after(day, 21);
            continue;
        };
        diary.done(at.later(60), own, regimen(site));
        if cycle > 0 && diary.rng.chance(0.035) {
            super::stays::neutropenia(diary, at.later(9 * 1440 + 700));
        }
        day = after(at.date, 21);
    }
    day
}

fn regimen(site: &Site) -> &'static str {
    match site.icd {
        "C50.9" => "Chemotherapy: epirubicin and cyclophosphamide, then paclitaxel",
        "C18.9" => "Chemotherapy: oxaliplatin and capecitabine",
        "C34.9" => "Chemotherapy: carboplatin and pemetrexed with pembrolizumab",
        "C85.9" => "Chemotherapy: R-CHOP",
        "C62.9" => "Chemotherapy: bleomycin, etoposide and cisplatin",
        "C61" => "Chemotherapy: docetaxel",
        "C91.0" => "Chemotherapy: vincristine, maintenance",
        _ => "Chemotherapy: carboplatin and paclitaxel",
    }
}

fn radiotherapy(diary: &mut Diary<'_>, from: Date, own: Tellers, what: &'static str, sessions: i32) {
    let at = diary.surgery(from);
    if at.date.0 > diary.life.until.0 {
        return;
    }
    let over = after(at.date, sessions * 7 / 5);
    diary.done(at, own, what);
    if over.0 <= diary.life.until.0 {
        let end = diary.surgery(over);
        let text = format!("{what}: {sessions} sessions completed. Skin a little red, tired. Seen again in six weeks.");
        diary.letter(end, own, "Radiotherapy completed", &text);
    }
}

/// What the practice prescribes after treatment in hospital.
fn by_mouth(diary: &mut Diary<'_>, site: &'static Site, told: Date) {
    let from = after(told, diary.rng.range(60, 240));
    let over = |years: i32| Some(after(from, years * 365));
    if site.icd == "C50.9" && diary.rng.chance(0.72) {
        if diary.age(told) >= 52 {
            let letrozole = ("Letrozole 2.5mg tablets", "One tablet once a day");
            diary.takes(from, letrozole, "Breast cancer", over(5));
        } else {
            let tamoxifen = ("Tamoxifen 20mg tablets", "One tablet once a day");
            diary.takes(from, tamoxifen, "Breast cancer", over(5));
        }
    }
    if site.icd == "C61" && diary.rng.chance(0.35) {
        hormones(diary, from, over(2));
    }
}

fn hormones(diary: &mut Diary<'_>, from: Date, over: Option<Date>) {
    let goserelin = (
        "Goserelin 10.8mg implant",
        "One implant every twelve weeks, given by the nurse",
    );
    diary.takes(from, goserelin, "Prostate cancer", over);
}

/// Clinics that grow rarer over five years; blood tests by the practice where a marker tells.
fn follow_up(diary: &mut Diary<'_>, site: &'static Site, told: Date, own: Tellers, treated: bool) {
    let until = diary.life.until.0;
    for (months, what) in [(4, true), (12, true), (24, false), (36, false), (60, true)] {
        let on = after(told, months * 30 + diary.rng.range(-20, 20));
        if on.0 < diary.life.since.0 {
            continue;
        }
        let Some(at) = diary.clinic(on, site.clinic, own) else {
            continue;
        };
        if what && on.0 <= until {
            let text = match (site.icd, months) {
                _ if !treated => "Much the same. The plan to watch, and to treat what troubles, was gone over again.",
                ("C61", 4) => "Well. PSA falling. Blood tests every six months by the practice.",
                (_, 4) => {
                    "Recovering well after treatment. Tired, sleeping better. Seen again in the spring; call the nurse with any worry."
                }
                (_, 60) => {
                    "Five years. No sign of it coming back. Discharged to the practice with advice on what to look for."
                }
                ("C50.9", _) => "Well. Mammogram clear.",
                _ => "Well. Scan shows no sign of it coming back.",
            };
            diary.letter(at.later(2880), own, &format!("{} clinic letter", site.clinic.0), text);
        }
    }
    let mut day = (told.0 + 120).max(diary.life.since.0);
    while site.icd == "C61" && day < until && day < told.0 + 2_200 {
        let at = diary.surgery(Date(day));
        let psa = 0.1 + 1.1 * diary.rng.liability(0.8);
        number(diary, at, Tellers::PRACTICE, &terms::PSA, psa);
        day += diary.rng.range(150, 230);
    }
}

/// Found when it had spread: treatment that slows it, for those who are well enough, and morphine for pain.
fn with_spread(diary: &mut Diary<'_>, site: &'static Site, told: Date) {
    let own = diary.own_acute();
    if site.icd == "C61" {
        hormones(diary, after(told, 14), None);
    }
    if diary.age(told) < 80 && diary.rng.chance(0.65) {
        let cycles = diary.rng.range(3, 6);
        let begin = after(told, diary.rng.range(18, 35));
        let over = chemotherapy(diary, site, (begin, cycles), own);
        if over.0 <= diary.life.until.0 {
            let at = diary.surgery(over);
            let (title, findings) = (
                "CT of chest, abdomen and pelvis",
                "Deposits a little smaller. No new disease.",
            );
            diary.report(at, own, title, findings);
        }
    }
    let mut day = told.0 + 30;
    for _ in 0..8 {
        if day > diary.life.until.0 {
            break;
        }
        diary.clinic(Date(day), ("Clinical oncology", "800"), own);
        day += diary.rng.range(60, 120);
    }
    pain(diary, told);
}

/// It came back, and could no longer be cured.
fn came_back(diary: &mut Diary<'_>, site: &'static Site, told: Date) {
    let left = diary.life.until.0 - told.0;
    if left < 200 {
        return;
    }
    let own = diary.own_acute();
    let on = Date(diary.life.until.0 - (left / 3).clamp(90, 420));
    let at = diary.practice_sees(on, "Losing weight");
    diary.report(
        at.later(9 * 1440),
        own,
        "CT of chest, abdomen and pelvis",
        "New deposits in the liver and bones.",
    );
    let text = "The cancer has come back and cannot be cured. Talked through with the family. Treatment to slow it offered; \
                the palliative care team has been asked to meet them.";
    if let Some(seen) = diary.clinic(after(on, 16), ("Clinical oncology", "800"), own) {
        diary.letter(seen.later(1440), own, &format!("{} clinic letter", site.clinic.0), text);
    }
    if diary.rng.chance(0.4) {
        radiotherapy(diary, after(on, 30), own, "Palliative radiotherapy", 5);
    }
    pain(diary, on);
}

fn pain(diary: &mut Diary<'_>, from: Date) {
    if diary.rng.chance(0.55) {
        let on = after(from, diary.rng.range(20, 150));
        let morphine = (
            "Morphine sulfate 10mg modified-release tablets",
            "One tablet every twelve hours",
        );
        diary.takes(on, morphine, "Pain from cancer", None);
        let laxative = ("Macrogol 3350 oral powder sachets", "One or two sachets a day");
        diary.takes(after(on, 2), laxative, "Constipation from morphine", None);
    }
}

/// Care near the end of life: the team that comes home, what is kept in the house in case, visits that grow closer.
pub fn palliative(diary: &mut Diary<'_>) {
    let Some(since) = diary.has(Condition::Palliative) else {
        return;
    };
    let since = Date(since.0.max(diary.life.since.0));
    let at = diary.community_sees(
        after(since, 8),
        "Palliative care assessment",
        "Advance care planning",
        "Specialist palliative care",
    );
    let episode = Care::Episode {
        service: "Specialist palliative care",
        until: diary.life.until_death(),
    };
    diary.note(at, Tellers::COMMUNITY, episode);
    let mut day = since.0 + 30;
    let mut visits = 0;
    while day < diary.life.until.0 && visits < 7 {
        diary.community_sees(
            Date(day),
            "Palliative care nurse visit",
            "Symptoms and support",
            "Specialist palliative care",
        );
        let left = diary.life.until.0 - day;
        day += if diary.life.living { 75 } else { (left / 3).clamp(4, 60) };
        visits += 1;
    }
    let Some(died) = diary.life.until_death() else { return };
    if diary.rng.chance(0.7) {
        let on = Date((died.0 - diary.rng.range(9, 40)).max(since.0));
        let at = diary.surgery(on);
        for (product, dose) in [
            (
                "Morphine sulfate 10mg/1ml solution for injection",
                "2.5 to 5mg under the skin when needed for pain or breathlessness",
            ),
            (
                "Midazolam 10mg/2ml solution for injection",
                "2.5 to 5mg under the skin when needed for distress",
            ),
            (
                "Levomepromazine 25mg/1ml solution for injection",
                "6.25mg under the skin when needed for sickness",
            ),
        ] {
            let medicine = Care::Medicine {
                product,
                dose,
                stopped: None,
                repeat: false,
                reason: "Kept at home in case, near the end of life",
            };
            diary.note(at, Tellers::PRACTICE, medicine);
        }
        let last = Date(died.0 - diary.rng.range(1, 8));
        diary.practice_sees(last, "Review near the end of life");
    }
}
