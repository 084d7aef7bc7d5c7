//! Why people are sent to hospital clinics, what the clinic finds and writes, and what may be done about it: by age and
//! sex, so that no child has gallstones and no woman a prostate.

use record::Sex;

/// A specialty.
pub struct Specialty {
    /// Its name.
    pub name: &'static str,
    /// NHS code.
    pub code: &'static str,
    /// Share of pathways: under 45, and from 45 on.
    pub shares: (f64, f64),
    /// Wait against the mean.
    pub slower: f64,
    /// Why people are sent.
    pub reasons: &'static [Reason],
}

/// Why someone is sent to a clinic.
pub struct Reason {
    /// In the words of the practice.
    pub why: &'static str,
    /// Ages from and to, both included.
    pub ages: (i32, i32),
    /// Whom it can befall; `None` when anybody.
    pub sex: Option<Sex>,
    /// What the clinic writes after the first visit, true whether or not something is done later.
    pub letter: &'static str,
    /// What may be done.
    pub done: &'static str,
    /// What the clinic writes once it is done.
    pub after: &'static str,
}

impl Reason {
    /// Whether somebody of this age and sex may be sent for it.
    pub fn fits(&self, age: i32, sex: Sex) -> bool {
        (self.ages.0..=self.ages.1).contains(&age) && self.sex.is_none_or(|only| only == sex)
    }
}

const ALL: (i32, i32) = (0, 130);

const fn reason(
    why: &'static str,
    ages: (i32, i32),
    letter: &'static str,
    done: &'static str,
    after: &'static str,
) -> Reason {
    Reason {
        why,
        ages,
        sex: None,
        letter,
        done,
        after,
    }
}

const fn only(sex: Sex, reason: Reason) -> Reason {
    Reason {
        sex: Some(sex),
        ..reason
    }
}

/// Of grown-ups. Shares follow the pathways of Dorset County Hospital by specialty (RTT, November 2024), rounded.
pub static SPECIALTIES: [Specialty; 11] = [
    Specialty {
        name: "Trauma and orthopaedics",
        code: "110",
        shares: (0.12, 0.18),
        slower: 1.35,
        reasons: &[
            reason(
                "Knee pain on stairs",
                ALL,
                "Pain behind the kneecap, ligaments firm. Physiotherapy first; arthroscopy if it still catches.",
                "Arthroscopy of knee",
                "Loose piece of cartilage removed from the knee. Exercises given; no further appointment.",
            ),
            reason(
                "Knee pain at rest",
                (58, 85),
                "Severe arthritis on X-ray, bends to ninety degrees. Replacement talked over; exercises and weight first.",
                "Replacement of knee",
                "Walks with one stick and bends to ninety-five degrees. Physiotherapy goes on; film looks well.",
            ),
            reason(
                "Hip pain at night",
                (45, 130),
                "Stiff hip, moderate arthritis on X-ray. Injection offered; replacement if it wears off.",
                "Injection of hip joint",
                "Hip injected under X-ray. Pain eased for now; can come back within six months without a new letter.",
            ),
            reason(
                "Carpal tunnel",
                (25, 130),
                "Numb thumb and first two fingers, worse at night. Splint at night; release if it goes on.",
                "Carpal tunnel release",
                "Carpal tunnel released under local anaesthetic. Stitches out at the practice in twelve days please.",
            ),
        ],
    },
    Specialty {
        name: "Ophthalmology",
        code: "130",
        shares: (0.06, 0.17),
        slower: 1.1,
        reasons: &[
            reason(
                "Failing sight",
                (50, 130),
                "Early dry macular change in both eyes, no treatment needed. Amsler chart given.",
                "Optical coherence tomography",
                "Scan of the retina: dry change only, no fluid. Optician to look again yearly.",
            ),
            reason(
                "Raised eye pressure",
                (40, 130),
                "Pressure 24 in both eyes, discs healthy. Watch without drops; field test to follow.",
                "Visual field test",
                "Fields full. Pressure to be checked by the optician every year.",
            ),
            reason(
                "Floaters",
                ALL,
                "Vitreous detachment, retina flat all round. To come back at once with flashes or a curtain.",
                "Examination of retina",
                "Retina examined again at six weeks: no tear. Discharged.",
            ),
        ],
    },
    Specialty {
        name: "Ear, nose and throat",
        code: "120",
        shares: (0.13, 0.09),
        slower: 1.2,
        reasons: &[
            reason(
                "Blocked nose",
                ALL,
                "Swollen lining on both sides, no polyps. Steroid spray for three months.",
                "Nasendoscopy",
                "Camera to the back of the nose: nothing of concern. Carry on with the spray.",
            ),
            reason(
                "Hearing loss on one side",
                ALL,
                "Ear drum normal. Hearing test and, if uneven, an MRI.",
                "Audiometry",
                "Slight loss of high tones on one side, MRI not needed. Hearing aid not wanted.",
            ),
            reason(
                "Hoarse voice",
                (30, 130),
                "Vocal cords move well, a little red. Voice therapy and less coffee.",
                "Laryngoscopy",
                "No growth on the vocal cords. Discharged to voice therapy.",
            ),
        ],
    },
    Specialty {
        name: "Dermatology",
        code: "330",
        shares: (0.13, 0.12),
        slower: 0.8,
        reasons: &[
            reason(
                "Changing mole",
                ALL,
                "Mole of 5 mm, even pigment under the dermatoscope. Photographed; may be taken off.",
                "Excision of skin lesion",
                "Excised whole: harmless mole. Stitches out in ten days; no further appointment.",
            ),
            reason(
                "Eczema not settling",
                ALL,
                "Eczema of hands and elbows. Stronger ointment for two weeks, then twice a week.",
                "Patch testing of skin",
                "Patch test: allergic to nickel and to fragrance. Leaflet given.",
            ),
            reason(
                "Scaly patch",
                (35, 130),
                "Rough patch on the temple, likely sun damage. Cream for four weeks; biopsy if it stays.",
                "Biopsy of skin",
                "Biopsy: actinic keratosis, no cancer. Sun cream advised; no further appointment.",
            ),
        ],
    },
    Specialty {
        name: "Gynaecology",
        code: "502",
        shares: (0.16, 0.07),
        slower: 1.15,
        reasons: &[
            only(
                Sex::Female,
                reason(
                    "Heavy periods",
                    (12, 53),
                    "Ultrasound normal. Tablets, coil and hysteroscopy talked over.",
                    "Hysteroscopy",
                    "Womb looked normal; sample shows nothing abnormal. Hormone coil fitted.",
                ),
            ),
            only(
                Sex::Female,
                reason(
                    "Pelvic pain",
                    (16, 60),
                    "Tender to one side, ultrasound normal. Hormones for three months; laparoscopy if no better.",
                    "Laparoscopy",
                    "A few spots of endometriosis treated. Seen again in three months.",
                ),
            ),
            only(
                Sex::Female,
                reason(
                    "Prolapse",
                    (40, 130),
                    "Prolapse of the front wall. Pelvic floor exercises; pessary if it troubles.",
                    "Fitting of vaginal pessary",
                    "Ring pessary fitted and comfortable. To be changed every six months.",
                ),
            ),
            only(
                Sex::Female,
                reason(
                    "Bleeding after the menopause",
                    (54, 130),
                    "Ultrasound: lining of the womb 5 mm. Hysteroscopy talked over.",
                    "Hysteroscopy",
                    "Small polyp removed, harmless. To come back if there is bleeding again.",
                ),
            ),
        ],
    },
    Specialty {
        name: "Urology",
        code: "101",
        shares: (0.05, 0.09),
        slower: 1.0,
        reasons: &[
            only(
                Sex::Male,
                reason(
                    "Poor stream",
                    (50, 130),
                    "Prostate enlarged and smooth. Tablet to relax it; flow test to follow.",
                    "Urine flow test",
                    "Flow slow, bladder empties well. Tablet to go on.",
                ),
            ),
            reason(
                "Blood in urine",
                ALL,
                "Scan of kidneys normal. A look into the bladder talked over.",
                "Flexible cystoscopy",
                "Bladder normal. No cause found; discharged.",
            ),
            reason(
                "Kidney stones",
                (18, 130),
                "Stone of 4 mm in the left kidney. Drink more; may pass by itself.",
                "Ureteroscopy",
                "Stone removed. Two litres of water a day.",
            ),
        ],
    },
    Specialty {
        name: "Gastroenterology",
        code: "301",
        shares: (0.08, 0.08),
        slower: 0.95,
        reasons: &[
            reason(
                "Change of bowel habit",
                (30, 130),
                "Loose in the mornings for four months, blood tests normal. Colonoscopy talked over.",
                "Colonoscopy",
                "Normal to the end of the bowel. Irritable bowel; diet sheet given.",
            ),
            reason(
                "Reflux",
                ALL,
                "Burning most nights. Acid tablet for eight weeks, head of the bed raised; gastroscopy if it goes on.",
                "Gastroscopy",
                "Slight inflammation, no Barrett's change. Omeprazole twice a day for eight weeks.",
            ),
            reason(
                "Abnormal liver tests",
                (18, 130),
                "Repeat tests: ALT twice the limit, no virus found. Fatty liver is likely; weight and alcohol talked over.",
                "Elastography of liver",
                "Stiffness 5.8 kPa: no scarring. Liver tests once a year please.",
            ),
        ],
    },
    Specialty {
        name: "General surgery",
        code: "100",
        shares: (0.1, 0.09),
        slower: 1.2,
        reasons: &[
            reason(
                "Hernia",
                ALL,
                "Small groin hernia that goes back by itself. Repair or wait talked over.",
                "Repair of inguinal hernia",
                "Hernia repaired with mesh as a day case. No lifting for four weeks.",
            ),
            reason(
                "Gallstones",
                (18, 84),
                "Several stones on ultrasound, ducts not wide. Removal by keyhole surgery talked over.",
                "Removal of gallbladder",
                "Gallbladder removed by keyhole surgery. Wounds healed; no further appointment.",
            ),
            reason(
                "Lump in groin",
                ALL,
                "Soft lump of 2 cm, likely a gland. Ultrasound to be sure.",
                "Ultrasound of groin",
                "Harmless gland. Discharged.",
            ),
        ],
    },
    Specialty {
        name: "Cardiology",
        code: "320",
        shares: (0.05, 0.09),
        slower: 0.85,
        reasons: &[
            reason(
                "Palpitations",
                ALL,
                "Extra beats, heart sounds normal. A tracing over some days if they go on.",
                "Ambulatory heart tracing",
                "Tracing over seven days: extra beats only. Reassured and discharged.",
            ),
            reason(
                "Murmur",
                ALL,
                "Soft murmur, well otherwise. Scan of the heart to follow.",
                "Echocardiography",
                "Valve slightly thickened, not narrowed. Scan again in three years.",
            ),
            reason(
                "Chest pain on walking",
                (35, 130),
                "Pain not typical of angina. Scan of the arteries if it comes back.",
                "CT angiography of heart",
                "Arteries clear. Pain not from the heart.",
            ),
        ],
    },
    Specialty {
        name: "Neurology",
        code: "400",
        shares: (0.07, 0.04),
        slower: 1.1,
        reasons: &[
            reason(
                "Headaches",
                ALL,
                "Migraine without aura, examination normal. Diary of headaches; painkillers no more than two days a week.",
                "MRI of head",
                "Scan normal. Plan for migraine as before.",
            ),
            reason(
                "Tremor",
                (40, 130),
                "Tremor when pouring, none at rest: essential tremor, not Parkinson's disease.",
                "Examination of movement",
                "Examined again: essential tremor. Propranolol only if it troubles.",
            ),
            reason(
                "Numbness",
                ALL,
                "Numb little finger, strength full. Not to lean on the elbow; nerve test if it stays.",
                "Nerve conduction study",
                "Nerve slightly slowed at the elbow. No operation needed.",
            ),
        ],
    },
    Specialty {
        name: "Rheumatology",
        code: "410",
        shares: (0.05, 0.05),
        slower: 0.9,
        reasons: &[
            reason(
                "Swollen joints",
                ALL,
                "One swollen knee, antibodies absent. Injection talked over.",
                "Injection of joint",
                "Knee settled after one injection. To call the nurse line if it swells again.",
            ),
            reason(
                "Stiffness in the morning",
                ALL,
                "Stiff for twenty minutes, no swelling. Blood tests normal; ultrasound to be sure.",
                "Ultrasound of hands",
                "No inflammation of joints. Not rheumatoid arthritis.",
            ),
            reason(
                "Painful hands",
                (35, 130),
                "Bony swelling of finger ends. Osteoarthritis; splints and gel.",
                "X-ray of hands",
                "Osteoarthritis of finger ends. Hand therapist to see.",
            ),
        ],
    },
];

/// Of children under sixteen, rounded from what they are commonly sent for.
pub static CHILDREN: [Specialty; 6] = [
    Specialty {
        name: "Ear, nose and throat",
        code: "120",
        shares: (0.28, 0.0),
        slower: 1.2,
        reasons: &[
            reason(
                "Glue ear",
                (2, 10),
                "Fluid behind both drums, hearing dulled. Watch for three months; grommets if it stays.",
                "Insertion of grommets",
                "Grommets in both ears. Hearing better; keep bath water out.",
            ),
            reason(
                "Repeated tonsillitis",
                (3, 15),
                "Six bouts in a year. Removal of tonsils talked over with the family.",
                "Removal of tonsils",
                "Tonsils removed as a day case. Back to school after two weeks.",
            ),
            reason(
                "Snoring, pauses in breath",
                (1, 8),
                "Large adenoids. Sleep study normal enough to wait.",
                "Removal of adenoids",
                "Adenoids removed. Sleeps quietly.",
            ),
        ],
    },
    Specialty {
        name: "Paediatrics",
        code: "420",
        shares: (0.26, 0.0),
        slower: 1.0,
        reasons: &[
            reason(
                "Tummy ache",
                (4, 15),
                "Growing well, examination normal. Blood test for coeliac disease; diary of pains.",
                "Blood test for coeliac disease",
                "Coeliac antibodies negative. Reassured.",
            ),
            reason(
                "Constipation and soiling",
                (2, 11),
                "Full bowel. Macrogol by the clearing-out plan, then daily for six months.",
                "Review by the bowel nurse",
                "Clean and dry at school. Macrogol to be brought down slowly.",
            ),
            reason(
                "Slow weight gain",
                (0, 3),
                "Small and well, follows the second centile. Dietitian to help with feeds.",
                "Review by the dietitian",
                "Gaining along the second centile. Health visitor to weigh.",
            ),
        ],
    },
    Specialty {
        name: "Trauma and orthopaedics",
        code: "110",
        shares: (0.14, 0.0),
        slower: 1.35,
        reasons: &[
            reason(
                "Knee pain after sport",
                (9, 15),
                "Tender below the kneecap: Osgood-Schlatter disease. Rest from jumping; it settles with growth.",
                "Physiotherapy class",
                "Back at football. Discharged.",
            ),
            reason(
                "Toes that turn in",
                (1, 8),
                "Legs and hips normal for the age. Grows straight by itself.",
                "Review of growth",
                "Straighter. Discharged.",
            ),
        ],
    },
    Specialty {
        name: "Ophthalmology",
        code: "130",
        shares: (0.14, 0.0),
        slower: 1.1,
        reasons: &[
            reason(
                "Squint",
                (0, 9),
                "Left eye turns in, longsighted. Glasses and a patch for two hours a day.",
                "Orthoptic review",
                "Both eyes see alike. Patch may stop.",
            ),
            reason(
                "Could not read the school chart",
                (4, 15),
                "Shortsighted; glasses prescribed. Eyes healthy.",
                "Refraction",
                "Sees well with glasses. Optician yearly.",
            ),
        ],
    },
    Specialty {
        name: "Dermatology",
        code: "330",
        shares: (0.12, 0.0),
        slower: 0.8,
        reasons: &[
            reason(
                "Eczema not settling",
                (0, 15),
                "Eczema in the bends of arms and legs. Stronger ointment for a week, then twice a week; wet wraps shown.",
                "Patch testing of skin",
                "No contact allergy. Emollients to go on.",
            ),
            reason(
                "Birthmark",
                (0, 15),
                "Harmless mark. No treatment needed.",
                "Photograph of skin",
                "Unchanged. Discharged.",
            ),
        ],
    },
    Specialty {
        name: "Allergy clinic",
        code: "255",
        shares: (0.06, 0.0),
        slower: 1.1,
        reasons: &[reason(
            "Rash after eating egg",
            (1, 15),
            "Skin test to egg slightly raised. Baked egg at home step by step; nothing severe.",
            "Food challenge",
            "Ate a whole cooked egg without trouble. Discharged.",
        )],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_has_something_to_be_sent_for_in_every_specialty_it_may_be_sent_to() {
        for specialty in &SPECIALTIES {
            for age in 16..105 {
                let fits = |sex| specialty.reasons.iter().any(|reason| reason.fits(age, sex));
                assert!(fits(Sex::Female), "{} at {age}", specialty.name);
                assert!(
                    fits(Sex::Male) || specialty.name == "Gynaecology",
                    "{} at {age}",
                    specialty.name
                );
            }
        }
        let shares: f64 = CHILDREN.iter().map(|specialty| specialty.shares.0).sum();
        assert!((shares - 1.0).abs() < 1e-9);
    }
}
