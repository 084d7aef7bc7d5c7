//! Why people are in hospital: on which ward, under whom, and what the letter says when they leave.

use crate::terms::{self, Term, term, words};

/// Why someone is in hospital, where, and what their discharge letter says.
#[derive(Clone, Copy)]
pub struct Cause {
    /// What it is.
    pub reason: Term,
    /// ICD-10.
    pub icd: &'static str,
    /// Ward.
    pub ward: &'static str,
    /// Specialty: NHS code and words.
    pub specialty: (&'static str, &'static str),
    /// Taken in at once, not from a waiting list.
    pub emergency: bool,
    /// What the discharge letter says.
    pub text: &'static str,
}

const MEDICINE: (&str, &str) = ("300", "General medicine");
const SURGERY: (&str, &str) = ("100", "General surgery");
const CHILDREN: (&str, &str) = ("420", "Paediatrics");

/// An emergency.
pub const fn urgent(
    reason: Term,
    icd: &'static str,
    ward: &'static str,
    specialty: (&'static str, &'static str),
    text: &'static str,
) -> Cause {
    Cause {
        reason,
        icd,
        ward,
        specialty,
        emergency: true,
        text,
    }
}

/// Children of every age.
const GASTROENTERITIS: Cause = urgent(
    words("Gastroenteritis"),
    "A09",
    "Children's ward",
    CHILDREN,
    "Vomiting and loose stools; drinking well on leaving.",
);

/// Why babies come in.
pub const INFANTS: [Cause; 3] = [
    urgent(
        words("Bronchiolitis"),
        "J21.9",
        "Children's ward",
        CHILDREN,
        "Admitted with bronchiolitis; fed well before going home.",
    ),
    GASTROENTERITIS,
    urgent(
        words("Febrile convulsion"),
        "R56.0",
        "Children's ward",
        CHILDREN,
        "A short fit with a high temperature. Parents shown what to do if it happens again.",
    ),
];
/// Why children of 2 to 11 come in.
pub const SCHOOLCHILDREN: [Cause; 4] = [
    urgent(
        words("Viral wheeze"),
        "J98.8",
        "Children's ward",
        CHILDREN,
        "Wheezy with a cold; settled with inhalers.",
    ),
    GASTROENTERITIS,
    urgent(
        words("Fracture of forearm"),
        "S52.5",
        "Children's ward",
        CHILDREN,
        "Fall from a climbing frame. Bones set under anaesthetic. Fracture clinic in one week.",
    ),
    urgent(
        words("Acute appendicitis"),
        "K35.8",
        "Children's ward",
        CHILDREN,
        "Appendix removed by keyhole surgery. Back to school in a week.",
    ),
];
/// Why those of 12 to 17 come in.
pub const TEENAGERS: [Cause; 4] = [
    urgent(
        words("Acute appendicitis"),
        "K35.8",
        "Surgical ward",
        SURGERY,
        "Appendix removed by keyhole surgery.",
    ),
    urgent(
        words("Overdose of paracetamol"),
        "T39.1",
        "Children's ward",
        CHILDREN,
        "Treated and medically well. Seen by the mental health team before leaving; follow-up within 72 hours.",
    ),
    urgent(
        words("Tonsillitis"),
        "J03.9",
        "Children's ward",
        CHILDREN,
        "Could not swallow; antibiotics and fluids through a drip until drinking again.",
    ),
    urgent(
        words("Head injury"),
        "S09.9",
        "Children's ward",
        CHILDREN,
        "Watched after a fall at football; woke well each time. Advice given.",
    ),
];
/// Why grown-ups without an illness of their own come in; how often, `stays::adult` says.
pub const ADULTS: [Cause; 9] = [
    urgent(
        words("Gallstones"),
        "K80.2",
        "Surgical ward",
        SURGERY,
        "Abdominal pain from gallstones, settled. Surgery to be planned.",
    ),
    urgent(
        words("Kidney stone"),
        "N20.0",
        "Surgical ward",
        ("101", "Urology"),
        "Stone passed. Drink plenty; scan in six weeks.",
    ),
    urgent(
        words("Cellulitis of leg"),
        "L03.1",
        "Medical assessment unit",
        MEDICINE,
        "Antibiotics through a drip, then tablets. Please check the leg in one week.",
    ),
    urgent(
        words("Chest pain, cause not found"),
        "R07.4",
        "Medical assessment unit",
        MEDICINE,
        "Heart tracing and blood tests normal. No further tests needed.",
    ),
    urgent(
        words("Pyelonephritis"),
        "N10",
        "Medical assessment unit",
        MEDICINE,
        "Kidney infection treated with antibiotics.",
    ),
    urgent(
        words("Acute appendicitis"),
        "K35.8",
        "Surgical ward",
        SURGERY,
        "Appendix removed by keyhole surgery. Nothing heavy to be lifted for two weeks.",
    ),
    urgent(
        words("Pulmonary embolism"),
        "I26.9",
        "Medical assessment unit",
        MEDICINE,
        "Clot in the lung. Apixaban begun; clinic in three months.",
    ),
    urgent(
        words("Abdominal pain, cause not found"),
        "R10.4",
        "Surgical ward",
        SURGERY,
        "Scan normal. Pain settled.",
    ),
    urgent(
        terms::PNEUMONIA,
        "J18.9",
        "Medical assessment unit",
        MEDICINE,
        "Community-acquired pneumonia treated with antibiotics. Chest X-ray in six weeks please.",
    ),
];
/// What someone with this says on the way in, as the front desk writes it.
pub fn complaint(reason: &str) -> &'static str {
    match reason {
        "Gallstones" | "Kidney stone" | "Acute appendicitis" | "Abdominal pain, cause not found" | "Pyelonephritis" => {
            "Abdominal pain"
        }
        "Chest pain, cause not found" | "Acute myocardial infarction" => "Chest pain",
        "Pneumonia"
        | "Heart failure"
        | "Chronic obstructive pulmonary disease"
        | "Asthma"
        | "Pulmonary embolism"
        | "Viral wheeze"
        | "Bronchiolitis" => "Shortness of breath",
        "Overdose of paracetamol" => "Overdose",
        "Cellulitis of leg" => "Red, hot leg",
        "Urinary tract infectious disease" => "Confused since yesterday",
        "Stroke" => "Weak arm, slurred speech",
        "Gastroenteritis" => "Vomiting",
        "Febrile convulsion" => "Fit",
        "Fracture of forearm" => "Injury of arm",
        "Head injury" => "Head injury",
        "Tonsillitis" => "Sore throat",
        "Alcohol withdrawal" => "Shaking and sweating",
        "Sepsis" | "Neutropenic sepsis" => "Fever and shivering",
        _ => "Unwell",
    }
}

/// Of its middle, how much the blood shows that something is inflamed: much in infections, nothing where nothing was
/// found.
pub fn inflamed(reason: &str) -> f64 {
    match reason {
        "Pneumonia" | "Sepsis" | "Neutropenic sepsis" | "Pyelonephritis" => 1.0,
        "Cellulitis of leg" | "Acute appendicitis" | "Urinary tract infectious disease" | "Tonsillitis" => 0.7,
        "Chronic obstructive pulmonary disease" | "Bronchiolitis" | "Gastroenteritis" | "Pulmonary embolism" => 0.3,
        words if words.ends_with("cause not found") => 0.0,
        "Overdose of paracetamol" | "Kidney stone" | "Stroke" | "Head injury" | "Fracture of forearm" => 0.0,
        _ => 0.15,
    }
}

/// A failing heart.
pub const HEART: Cause = urgent(
    term("84114007", "Heart failure"),
    "I50.9",
    "Cardiology ward",
    ("320", "Cardiology"),
    "Admitted breathless with swollen legs. Furosemide increased. Please repeat kidney function in one week.",
);
/// A flare of COPD.
pub const LUNGS: Cause = urgent(
    term("13645005", "Chronic obstructive pulmonary disease"),
    "J44.1",
    "Respiratory ward",
    ("340", "Respiratory medicine"),
    "Flare of COPD treated with steroids and antibiotics. Inhaler technique checked.",
);
/// An attack of asthma.
pub const ASTHMA: Cause = urgent(
    term("195967001", "Asthma"),
    "J45.9",
    "Respiratory ward",
    ("340", "Respiratory medicine"),
    "Asthma attack treated with nebulisers and steroids. Please review within two working days.",
);
/// Pneumonia.
pub const PNEUMONIA: Cause = ADULTS[8];
/// A urine infection in someone old.
pub const INFECTION: Cause = urgent(
    terms::URINE_INFECTION,
    "N39.0",
    "Older people's ward",
    ("430", "Geriatric medicine"),
    "Confused and unsteady with a urine infection; back to usual self on leaving.",
);
/// Sepsis.
pub const SEPSIS: Cause = urgent(
    words("Sepsis"),
    "A41.9",
    "Medical assessment unit",
    MEDICINE,
    "Sepsis treated with antibiotics through a drip.",
);
/// A heart attack.
pub const INFARCT: Cause = urgent(
    words("Acute myocardial infarction"),
    "I21.9",
    "Cardiology ward",
    ("320", "Cardiology"),
    "Heart attack treated with a stent.",
);
/// A stroke.
pub const STROKE: Cause = urgent(
    term("230690007", "Stroke"),
    "I63.9",
    "Stroke unit",
    ("328", "Stroke medicine"),
    "Weakness on one side and slurred speech, from a clot. Clopidogrel and atorvastatin. Not to drive for a month. \
     Home with the early supported discharge team; blood pressure to be kept below 130.",
);
/// Withdrawal from alcohol.
pub const DRINK: Cause = urgent(
    words("Alcohol withdrawal"),
    "F10.3",
    "Medical assessment unit",
    MEDICINE,
    "Withdrawal treated with doses that fell day by day. Seen by the alcohol team; referred to the community service.",
);
/// An overdose.
pub const HARM: Cause = urgent(
    words("Overdose of paracetamol"),
    "T39.1",
    "Medical assessment unit",
    MEDICINE,
    "Treated and medically well. Seen by liaison psychiatry; safety plan made, follow-up within 72 hours.",
);
/// A hip replaced.
pub const HIP: Cause = Cause {
    emergency: false,
    ..urgent(
        words("Total replacement of hip"),
        "M16.9",
        "Orthopaedic ward",
        ("110", "Trauma and orthopaedics"),
        "Planned hip replacement without complication.",
    )
};
/// A cataract removed.
pub const CATARACT: Cause = Cause {
    emergency: false,
    ..urgent(
        term("193570009", "Cataract"),
        "H26.9",
        "Day surgery",
        ("130", "Ophthalmology"),
        "Cataract removed from the right eye as a day case.",
    )
};
