//! Clinical words with their SNOMED CT codes. A code stands here only where it was checked against published
//! code lists and examples; otherwise the term is words alone, as many real entries are.

/// A meaning: SNOMED CT code (empty for words alone) and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// SNOMED CT code; empty for words alone.
    pub code: &'static str,
    /// Words.
    pub words: &'static str,
}

/// A term with its code.
pub const fn term(code: &'static str, words: &'static str) -> Term {
    Term { code, words }
}

/// Words alone.
pub const fn words(words: &'static str) -> Term {
    Term { code: "", words }
}

/// Something measured.
#[derive(Debug)]
pub struct Test {
    /// What.
    pub term: Term,
    /// UCUM unit.
    pub unit: &'static str,
    /// Digits after the point.
    pub decimals: usize,
    /// Reference range, when laboratories give one.
    pub range: Option<(f64, f64)>,
    /// Whether a laboratory measured it (else a vital sign or body measurement).
    pub laboratory: bool,
    /// The short name hospitals' laboratories write in HL7.
    pub short: &'static str,
}

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident = $code:literal $words:literal $unit:literal $decimals:literal $range:expr, $lab:literal $short:literal;)*) => {
        $($(#[$doc])* pub static $name: Test = Test {
            term: term($code, $words), unit: $unit, decimals: $decimals, range: $range, laboratory: $lab, short: $short,
        };)*
    };
}

tests! {
    /// HbA1c, mmol/mol.
    HBA1C = "999791000000106" "Haemoglobin A1c level - IFCC standardised" "mmol/mol" 0 Some((20.0, 41.0)), true "HBA1C";
    /// Total cholesterol.
    CHOLESTEROL = "1005671000000105" "Serum cholesterol level" "mmol/L" 1 Some((0.0, 5.0)), true "CHOL";
    /// HDL cholesterol.
    HDL = "1005681000000107" "Serum high density lipoprotein cholesterol level" "mmol/L" 1 Some((1.0, 3.0)), true "HDL";
    /// Creatinine.
    CREATININE = "1000731000000107" "Serum creatinine level" "umol/L" 0 Some((45.0, 104.0)), true "CREA";
    /// eGFR by CKD-EPI.
    EGFR = "1011481000000105" "eGFR using creatinine CKD-EPI equation" "mL/min/{1.73_m2}" 0 Some((90.0, 200.0)), true "EGFR";
    /// Sodium.
    SODIUM = "1000661000000107" "Serum sodium level" "mmol/L" 0 Some((133.0, 146.0)), true "NA";
    /// Potassium.
    POTASSIUM = "1000651000000109" "Serum potassium level" "mmol/L" 1 Some((3.5, 5.3)), true "K";
    /// Haemoglobin.
    HAEMOGLOBIN = "1022431000000105" "Haemoglobin estimation" "g/L" 0 Some((115.0, 165.0)), true "HB";
    /// C-reactive protein.
    CRP = "1001371000000100" "Serum CRP (C reactive protein) level" "mg/L" 0 Some((0.0, 5.0)), true "CRP";
    /// Urine albumin to creatinine ratio.
    ACR = "1023491000000104" "Urine albumin:creatinine ratio" "mg/mmol" 1 Some((0.0, 3.0)), true "ACR";
    /// Weight.
    WEIGHT = "27113001" "Body weight" "kg" 1 None, false "WT";
    /// Height.
    HEIGHT = "50373000" "Body height" "cm" 0 None, false "HT";
    /// Body mass index.
    BMI = "60621009" "Body mass index" "kg/m2" 1 None, false "BMI";
    /// Pulse.
    PULSE = "78564009" "Pulse rate" "/min" 0 None, false "PULSE";
    /// Oxygen saturation.
    SATURATION = "431314004" "Peripheral oxygen saturation" "%" 0 None, false "SPO2";
    /// Temperature.
    TEMPERATURE = "276885007" "Core body temperature" "Cel" 1 None, false "TEMP";
    /// Breathing rate.
    BREATHS = "86290005" "Respiratory rate" "/min" 0 None, false "RR";
    /// NEWS2 total.
    NEWS2 = "1104051000000101" "NEWS2 total score" "{score}" 0 None, false "NEWS2";
    /// PHQ-9 total.
    PHQ9 = "720433000" "Patient Health Questionnaire Nine Item score" "{score}" 0 None, false "PHQ9";
    /// GAD-7 total.
    GAD7 = "" "Generalised Anxiety Disorder 7 item score" "{score}" 0 None, false "GAD7";
    /// Prostate specific antigen.
    PSA = "" "Serum prostate specific antigen level" "ug/L" 1 Some((0.0, 4.0)), true "PSA";
    /// Blood in the stool, by immunochemical test.
    FIT = "" "Faecal immunochemical test level" "ug/g" 0 Some((0.0, 9.0)), true "FIT";
    /// Neutrophils.
    NEUTROPHILS = "" "Neutrophil count" "10*9/L" 1 Some((2.0, 7.5)), true "NEUT";
    /// Thyroid stimulating hormone.
    TSH = "" "Serum TSH level" "m[IU]/L" 1 Some((0.3, 4.5)), true "TSH";
    /// Lithium.
    LITHIUM = "" "Serum lithium level" "mmol/L" 1 Some((0.4, 1.0)), true "LI";
    /// NT-proBNP.
    BNP = "" "Serum N-terminal pro-brain natriuretic peptide level" "ng/L" 0 Some((0.0, 400.0)), true "BNP";
    /// Urate.
    URATE = "" "Serum urate level" "umol/L" 0 Some((200.0, 360.0)), true "URATE";
    /// FEV1 against what is expected.
    FEV1 = "" "FEV1 percent of predicted" "%" 0 None, false "FEV1";
    /// Peak flow.
    PEAK_FLOW = "" "Peak expiratory flow rate" "L/min" 0 None, false "PEFR";
    /// How breathless, 1 to 5.
    MRC = "" "MRC breathlessness scale grade" "{score}" 0 None, false "MRC";
    /// How much someone drinks, 0 to 12.
    AUDIT_C = "" "AUDIT-C alcohol score" "{score}" 0 None, false "AUDITC";
    /// Clinical Frailty Scale.
    FRAILTY_SCALE = "" "Clinical Frailty Scale (Rockwood) score" "{score}" 0 None, false "CFS";
}

/// Systolic pressure.
pub const SYSTOLIC: Term = term("72313002", "Systolic arterial pressure");
/// Diastolic pressure.
pub const DIASTOLIC: Term = term("1091811000000102", "Diastolic arterial pressure");
/// Blood pressure.
pub const PRESSURE: Term = term("75367002", "Blood pressure");

/// A fall.
pub const FALL: Term = term("1912002", "Fall");
/// Hip fracture.
pub const HIP_FRACTURE: Term = term("5913000", "Fracture of neck of femur");
/// Pneumonia.
pub const PNEUMONIA: Term = term("233604007", "Pneumonia");
/// Urinary infection.
pub const URINE_INFECTION: Term = term("68566005", "Urinary tract infectious disease");
/// Middle ear infection.
pub const OTITIS: Term = term("65363002", "Otitis media");
/// Back pain.
pub const BACK_PAIN: Term = term("279039007", "Low back pain");
/// Severe frailty.
pub const SEVERE_FRAILTY: Term = term("925861000000102", "Severe frailty");
/// Obesity.
pub const OBESITY: Term = term("162864005", "Body mass index 30+ - obesity");

/// Penicillin allergy.
pub const PENICILLIN_ALLERGY: Term = term("91936005", "Allergy to penicillin");
/// No known allergies.
pub const NO_KNOWN_ALLERGY: Term = term("716186003", "No known allergy");
/// Other allergies people have, with the usual reaction.
pub const ALLERGIES: [(Term, &str); 7] = [
    (term("294505008", "Allergy to amoxicillin"), "Urticarial rash"),
    (term("300916003", "Latex allergy"), "Contact rash"),
    (term("91935009", "Allergy to peanut"), "Facial swelling"),
    (term("293586001", "Allergy to aspirin"), "Wheeze"),
    (words("Codeine"), "Vomiting"),
    (words("Trimethoprim"), "Widespread rash"),
    (words("Ramipril"), "Persistent cough"),
];

/// Never smoked.
pub const NEVER_SMOKED: Term = term("266919005", "Never smoked tobacco");
/// Ex-smoker.
pub const EX_SMOKER: Term = term("8517006", "Ex-smoker");
/// Smoker.
pub const SMOKER: Term = term("77176002", "Smoker");

/// Flu vaccination.
pub const FLU: Term = term("86198006", "Influenza vaccination");
/// Pneumococcal vaccination.
pub const PNEUMOCOCCAL: Term = term("12866006", "Pneumococcal vaccination");
/// MMR.
pub const MMR: Term = term("38598009", "Measles, mumps and rubella vaccination");
/// Six-in-one.
pub const SIX_IN_ONE: Term = words("6-in-1 vaccine (DTaP/IPV/Hib/HepB)");
/// Five-in-one, until 2017.
pub const FIVE_IN_ONE: Term = words("5-in-1 vaccine (DTaP/IPV/Hib)");
/// Pneumococcal vaccine of infants.
pub const PCV: Term = words("Pneumococcal conjugate vaccine (PCV)");
/// Rotavirus.
pub const ROTAVIRUS: Term = words("Rotavirus vaccine");
/// Hib and meningitis C at one year, until 2025.
pub const HIB_MEN_C: Term = words("Hib/MenC vaccine");
/// Meningitis C at three months, until 2016.
pub const MEN_C: Term = words("Meningococcal group C vaccine");
/// MMR with chickenpox, from 2026.
pub const MMRV: Term = words("MMRV vaccine (measles, mumps, rubella and varicella)");
/// Meningitis B.
pub const MEN_B: Term = words("Meningococcal group B vaccine");
/// Four-in-one pre-school booster.
pub const PRESCHOOL: Term = words("4-in-1 pre-school booster (dTaP/IPV)");
/// Three-in-one booster at fourteen.
pub const TEENAGE: Term = words("3-in-1 teenage booster (Td/IPV)");
/// Meningitis ACWY at fourteen.
pub const MEN_ACWY: Term = words("Meningococcal groups ACWY vaccine");
/// HPV.
pub const HPV: Term = words("Human papillomavirus vaccine");
/// Covid booster.
pub const COVID_BOOSTER: Term = words("COVID-19 vaccine, seasonal booster");
/// Shingles.
pub const SHINGLES: Term = words("Shingles vaccine");

/// Not for resuscitation.
pub const NOT_FOR_CPR: Term = term("450476008", "Not for cardiopulmonary resuscitation");
/// ReSPECT form.
pub const RESPECT_FORM: Term = term(
    "1382601000000107",
    "ReSPECT (Recommended Summary Plan for Emergency Care and Treatment) form",
);
/// What matters to me.
pub const WHAT_MATTERS: Term = term("1515861000000103", "What is most important to me");
/// Lasting power of attorney.
pub const ATTORNEY: Term = term(
    "816361000000101",
    "Has appointed person with personal welfare lasting power of attorney (Mental Capacity Act 2005)",
);
/// Advance decision.
pub const ADVANCE_DECISION: Term = term(
    "816301000000100",
    "Has advance decision to refuse treatment (Mental Capacity Act 2005)",
);
/// Contingency plan.
pub const CONTINGENCY: Term = term("325691000000100", "Contingency plan");
/// Reasonable adjustments.
pub const ADJUSTMENT: Term = term(
    "1108111000000107",
    "Requires reasonable adjustment for health and care access (Equality Act 2010)",
);
/// Carer.
pub const CARER: Term = term("133932002", "Caregiver");
/// Consultation.
pub const CONSULTATION: Term = term("325851000000107", "Consultation");
/// Home visit.
pub const HOME_VISIT: Term = words("Home visit");
/// Telephone.
pub const TELEPHONE: Term = words("Telephone consultation");
/// Discharge summary.
pub const DISCHARGE_SUMMARY: Term = term("373942005", "Discharge summary");
/// Outpatient letter.
pub const OUTPATIENT_LETTER: Term = term("823681000000100", "Outpatient letter");
