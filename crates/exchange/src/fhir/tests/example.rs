//! Examples: what was measured, found, given and done.

use super::change::Case;

pub(super) const CARE: &[Case] = &[
    Case {
        json: r#"{"resourceType":"Observation","id":"o1","meta":{"lastUpdated":"2024-05-01T10:00:00Z"},"status":"final",
            "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}],
            "code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"HbA1c"},{"system":"http://snomed.info/sct","code":"999791000000106","display":"Haemoglobin A1c level"}],"text":"HbA1c blood"},
            "subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"effectiveDateTime":"2024-04-30T09:00:00Z","issued":"2024-05-01T09:00:00Z",
            "performer":[{"display":"Dr Ada Shaw"}],
            "valueQuantity":{"value":7.0,"comparator":"<","unit":"percent","system":"http://unitsofmeasure.org","code":"%"},
            "interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H","display":"High"}]}],
            "note":[{"text":"Fasting"}],"bodySite":{"text":"Arm"},"method":{"text":"IFCC"},"specimen":{"display":"Blood"},"device":{"display":"Analyser"},
            "referenceRange":[{"low":{"value":4,"unit":"%"},"high":{"value":6,"unit":"%"},"appliesTo":[{"text":"adults"}]}]}"#,
        shown: r#"
            Observation/o1 · about p1 · version 2024-05-01T10:00:00Z
            0 Result sct|999791000000106|Haemoglobin A1c level · also loinc.org|4548-4|HbA1c · = <7.0 % [range 4 % to 6 % (adults)] [flag H] · on 2024-04-30T09:00:00Z · recorded 2024-05-01T09:00:00Z · by Dr Ada Shaw · in laboratory · encounter e1 · Completed · > as written: HbA1c blood · > body site: Arm · > method: IFCC · > device: Analyser · > specimen: Blood · > note: Fasting"#,
        // A category of HL7's own is shown by its code; H stands for High; the UCUM code stands for the unit.
        quiet: &[
            "/category/0/coding/0/display",
            "/interpretation/0/coding/0/display",
            "/interpretation/0/coding/0/system",
            "/valueQuantity/unit",
        ],
    },
    Case {
        json: r#"{"resourceType":"Observation","id":"bp","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel"}]},
            "subject":{"reference":"Patient/p1"},"effectivePeriod":{"start":"2024-04-30T09:00:00Z","end":"2024-04-30T09:10:00Z"},
            "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}],"text":"Systolic"},"valueQuantity":{"value":142,"unit":"mmHg"}},
              {"code":{"text":"Diastolic"},"dataAbsentReason":{"text":"Not heard"}},
              {"code":{"text":"Cuff"},"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"Large cuff"}],"text":"large"}},
              {"code":{"text":"Rhythm"},"valueString":"Regular","interpretation":[{"text":"Normal"}]},
              {"code":{"text":"Seated"},"valueBoolean":true},{"code":{"text":"Count"},"valueInteger":3},{"code":{"text":"Titre"},"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}},
              {"code":{"text":"Range"},"valueRange":{"low":{"value":1,"unit":"m"}}},{"code":{"text":"Due"},"valueDateTime":"2024-06-01"}]}"#,
        shown: r#"
            Observation/bp · about p1
            0 Result loinc.org|85354-9|Blood pressure panel · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            1 Result loinc.org|8480-6|Systolic · = 142 mmHg · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            2 Result ||Diastolic · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed · > no value: Not heard
            3 Result ||Cuff · = sct|1|Large cuff (large) · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            4 Result ||Rhythm · = “Regular” · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed · > interpretation: Normal
            5 Result ||Seated · = true · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            6 Result ||Count · = 3  · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            7 Result ||Titre · = “1 : 128” · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            8 Result ||Range · = “from 1 m” · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed
            9 Result ||Due · = 2024-06-01 · on 2024-04-30T09:00:00Z · to 2024-04-30T09:10:00Z · Completed"#,
        quiet: &[],
    },
    Case {
        json: r##"{"resourceType":"DiagnosticReport","id":"d1","status":"final","category":[{"text":"Haematology"}],"code":{"text":"Full blood count"},
            "subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"effectiveDateTime":"2024-04-30","issued":"2024-05-01T09:00:00Z","performer":[{"display":"Pathology"}],
            "resultsInterpreter":[{"display":"Dr Ray"}],"conclusion":"Anaemia","conclusionCode":[{"text":"Iron deficiency"}],"presentedForm":[{"title":"Report","contentType":"application/pdf","url":"https://example.org/r"}],
            "result":[{"reference":"#h"},{"reference":"Observation/2","display":"White cells"}],
            "contained":[{"resourceType":"Observation","id":"h","status":"preliminary","code":{"text":"Haemoglobin"},"valueQuantity":{"value":98,"unit":"g/L"}}]}"##,
        shown: r#"
            DiagnosticReport/d1 · about p1
            0 Report ||Full blood count · = “Anaemia” · on 2024-04-30 · recorded 2024-05-01T09:00:00Z · by Pathology · in Haematology · encounter e1 · Completed · > conclusion: Iron deficiency · > read by: Dr Ray · > result: Haemoglobin · > result: White cells · > attached: Report https://example.org/r (application/pdf)
            1 Result ||Haemoglobin · = 98 g/L · Preliminary"#,
        // A result that stands elsewhere is named by its words.
        quiet: &["/result/1/reference", "/contained/0/resourceType"],
    },
    Case {
        json: r#"{"resourceType":"Condition","id":"c1","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"remission"}]},
            "verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"provisional"}]},
            "category":[{"text":"Problem list"}],"severity":{"text":"Severe"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003","display":"Hypertension"}],"text":"High blood pressure"},
            "bodySite":[{"text":"Chest"}],"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"onsetDateTime":"2019-03","abatementDateTime":"2023","recordedDate":"2019-04-01",
            "recorder":{"display":"Dr Shaw"},"stage":[{"summary":{"text":"Stage 1"}}],"evidence":[{"code":[{"text":"Home readings"}]}],"note":[{"text":"Watch"}]}"#,
        shown: r#"
            Condition/c1 · about p1
            0 Problem sct|38341003|Hypertension · on 2019-03 · to 2023 · recorded 2019-04-01 · by Dr Shaw · in Problem list · encounter e1 · Completed · Suspected · > as written: High blood pressure · > clinical status: remission · > certainty: provisional · > severity: Severe · > body site: Chest · > stage: Stage 1 · > evidence: Home readings · > note: Watch"#,
        quiet: &["/clinicalStatus/coding/0/system", "/verificationStatus/coding/0/system"],
    },
    Case {
        json: r#"{"resourceType":"AllergyIntolerance","id":"a1","clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"confirmed"}]},"type":"allergy","category":["medication"],"criticality":"high",
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"373270004","display":"Penicillin"}]},"patient":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"onsetDateTime":"2001","recordedDate":"2002-01-01","recorder":{"display":"Nurse Oak"},"lastOccurrence":"2003-05-06",
            "note":[{"text":"Told by mother"}],"reaction":[{"substance":{"text":"Amoxicillin"},"manifestation":[{"text":"Anaphylaxis"}],"description":"Ambulance","onset":"2001-02-03","severity":"severe","exposureRoute":{"text":"Oral"},"note":[{"text":"Adrenaline given"}]}]}"#,
        shown: r#"
            AllergyIntolerance/a1 · about p1
            0 Allergy sct|373270004|Penicillin · = “Anaphylaxis” · on 2001 · recorded 2002-01-01 · by Nurse Oak · in medication · encounter e1 · Active · Confirmed · > type: allergy · > criticality: high · > reaction: Anaphylaxis severe to Amoxicillin by Oral on 3 February 2001 Ambulance · > note: Adrenaline given · > last occurred: 6 May 2003 · > note: Told by mother"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"AllergyIntolerance","id":"a2","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003","display":"No known allergy"}]},"patient":{"reference":"Patient/p1"}}"#,
        shown: r#"
            AllergyIntolerance/a2 · about p1
            0 Allergy sct|716186003|No known allergy · Active"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Flag","id":"f1","status":"active","category":[{"text":"Reasonable adjustment"}],"code":{"text":"Needs large print"},"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},
            "period":{"start":"2024-01-01","end":"2025-01-01"},"author":{"display":"Clinic"},"extension":[{"url":"https://fhir.nhs.uk/StructureDefinition/Extension-FlagNotes","valueString":"18 point"}]}"#,
        shown: r#"
            Flag/f1 · about p1
            0 Flag ||Needs large print · on 2024-01-01 · to 2025-01-01 · by Clinic · in Reasonable adjustment · encounter e1 · Active · > flag notes: 18 point"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Encounter","id":"e1","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"},"type":[{"text":"Admission"},{"text":"Surgical"}],"serviceType":{"text":"General surgery"},"priority":{"text":"Urgent"},
            "subject":{"reference":"Patient/p1"},"participant":[{"individual":{"display":"Mr Cutter"}}],"period":{"start":"2024-01-01T10:00:00Z","end":"2024-01-03T10:00:00Z"},"reasonCode":[{"text":"Appendicitis"}],
            "diagnosis":[{"condition":{"display":"Acute appendicitis"}}],"hospitalization":{"admitSource":{"text":"Home"},"dischargeDisposition":{"text":"Own home"},"specialArrangement":[{"text":"Wheelchair"}]},
            "location":[{"location":{"display":"Ward 4"}}],"partOf":{"reference":"Encounter/e0"}}"#,
        shown: r#"
            Encounter/e1 · about p1
            0 Encounter ||Admission · also ||Surgical · on 2024-01-01T10:00:00Z · to 2024-01-03T10:00:00Z · by Mr Cutter · at Ward 4 · in inpatient · encounter e0 · Completed · > service: General surgery · > reason: Appendicitis · > diagnosis: Acute appendicitis · > priority: Urgent · > came from: Home · > went to: Own home · > needs: Wheelchair"#,
        quiet: &["/class/system"],
    },
    Case {
        json: r#"{"resourceType":"EpisodeOfCare","id":"ec","status":"active","type":[{"text":"Community nursing"}],"diagnosis":[{"condition":{"display":"Leg ulcer"}}],"patient":{"reference":"Patient/p1"},"managingOrganization":{"display":"Community trust"},"period":{"start":"2024-01-01","end":"2024-02-01"},"careManager":{"display":"Nurse Oak"}}"#,
        shown: r#"
            EpisodeOfCare/ec · about p1
            0 Episode ||Community nursing · on 2024-01-01 · to 2024-02-01 · by Nurse Oak · at Community trust · Active · > diagnosis: Leg ulcer"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Appointment","id":"ap","status":"booked","serviceType":[{"text":"Podiatry"}],"specialty":[{"text":"Foot"}],"appointmentType":{"text":"Follow-up"},"reasonCode":[{"text":"Nails"}],"description":"Foot check","start":"2024-01-01T10:00:00Z","end":"2024-01-01T10:20:00Z","created":"2023-12-01","comment":"Bring shoes","patientInstruction":"Come early",
            "participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"},{"actor":{"reference":"Practitioner/2","display":"Ms Foot"},"status":"declined"},{"actor":{"reference":"Location/3","display":"Room 2"},"status":"accepted"}],"cancelationReason":{"text":"None"}}"#,
        shown: r#"
            Appointment/ap · about p1
            0 Appointment ||Podiatry · on 2024-01-01T10:00:00Z · to 2024-01-01T10:20:00Z · recorded 2023-12-01 · by Ms Foot · at Room 2 · in Follow-up · Planned · > Foot check · > specialty: Foot · > reason: Nails · > cancelled because: None · > comment: Bring shoes · > instruction: Come early · > declined by: Ms Foot"#,
        // Who accepted is not told, who declined is; people and places are named by their words, and the type
        // tells a place from a person.
        quiet: &[
            "/participant/0/status",
            "/participant/2/status",
            "/participant/1/actor/reference",
            "/participant/2/actor/reference",
        ],
    },
    Case {
        json: r#"{"resourceType":"Procedure","id":"pr","status":"completed","statusReason":{"text":"Done"},"category":{"text":"Surgery"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"80146002","display":"Appendicectomy"}]},"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"performedPeriod":{"start":"2024-01-01","end":"2024-01-02"},"performer":[{"actor":{"display":"Mr Cutter"}}],"location":{"display":"Theatre 1"},"reasonCode":[{"text":"Appendicitis"}],"bodySite":[{"text":"Abdomen"}],"outcome":{"text":"Good"},"complication":[{"text":"None"}],"followUp":[{"text":"Two weeks"}],"note":[{"text":"Drain"}]}"#,
        shown: r#"
            Procedure/pr · about p1
            0 Procedure sct|80146002|Appendicectomy · on 2024-01-01 · to 2024-01-02 · by Mr Cutter · at Theatre 1 · in Surgery · encounter e1 · Completed · > status reason: Done · > reason: Appendicitis · > body site: Abdomen · > outcome: Good · > complication: None · > follow-up: Two weeks · > note: Drain"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Immunization","id":"im","status":"not-done","statusReason":{"text":"Declined"},"vaccineCode":{"coding":[{"system":"http://snomed.info/sct","code":"1","display":"Influenza vaccine"}]},"patient":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"occurrenceDateTime":"2024-10-01","recorded":"2024-10-02","location":{"display":"Surgery"},"manufacturer":{"display":"Maker"},"lotNumber":"AA1","expirationDate":"2025-01-01","site":{"text":"Left arm"},"route":{"text":"Intramuscular"},"doseQuantity":{"value":0.5,"unit":"mL"},"performer":[{"actor":{"display":"Nurse Oak"}}],"note":[{"text":"Well"}],"reasonCode":[{"text":"Age"}],"protocolApplied":[{"series":"Winter","targetDisease":[{"text":"Influenza"}],"doseNumberPositiveInt":1}],
            "extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"822851000000102","display":"Seasonal influenza vaccination"}]}}]}"#,
        shown: r#"
            Immunization/im · about p1
            0 Vaccination sct|1|Influenza vaccine · also sct|822851000000102|Seasonal influenza vaccination · = “dose 1, 0.5 mL” · on 2024-10-01 · recorded 2024-10-02 · by Nurse Oak · at Surgery · encounter e1 · NotDone · > against: Influenza · > series: Winter · > not given because: Declined · > reason: Age · > made by: Maker · > batch: AA1 · > expires: 2025-01-01 · > site: Left arm · > route: Intramuscular · > note: Well"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"MedicationRequest","id":"mr","status":"active","intent":"order","category":[{"text":"Repeat"}],"priority":"routine","medicationCodeableConcept":{"coding":[{"system":"https://dmd.nhs.uk","code":"319773006","display":"Aspirin 75mg tablets"}]},"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"authoredOn":"2024-01-01","requester":{"display":"Dr Shaw"},"reasonCode":[{"text":"Angina"}],"note":[{"text":"With food"}],
            "dosageInstruction":[{"text":"One daily","additionalInstruction":[{"text":"Dissolve"}],"patientInstruction":"Morning","timing":{"repeat":{"frequency":3,"period":1,"periodUnit":"d"}},"asNeededBoolean":true,"route":{"text":"Oral"},"doseAndRate":[{"doseQuantity":{"value":75,"unit":"mg"}}]}],
            "dispenseRequest":{"validityPeriod":{"start":"2024-01-01","end":"2024-07-01"},"numberOfRepeatsAllowed":5,"quantity":{"value":28,"unit":"tablet"},"expectedSupplyDuration":{"value":28,"unit":"days"}}}"#,
        shown: r#"
            MedicationRequest/mr · about p1
            0 Medicine sct|319773006|Aspirin 75mg tablets · = “One daily (75 mg, 3 times a day, Oral, when needed)” · on 2024-01-01 · to 2024-07-01 · recorded 2024-01-01 · by Dr Shaw · in Repeat · encounter e1 · Active · > advice: Dissolve · > for the patient: Morning · > priority: routine · > reason: Angina · > supply: 28 tablet · > supply for: 28 days · > repeats: 5 · > note: With food"#,
        // Authored on stands before the start of the validity period.
        quiet: &["/dispenseRequest/validityPeriod/start"],
    },
    Case {
        json: r##"{"resourceType":"MedicationStatement","id":"ms","status":"stopped","statusReason":[{"text":"Cough"}],"category":{"text":"Community"},"medicationReference":{"reference":"#m"},"contained":[{"resourceType":"Medication","id":"m","code":{"text":"Ramipril"}}],"subject":{"reference":"Patient/p1"},"context":{"reference":"Encounter/e1"},"effectivePeriod":{"start":"2020","end":"2021-02"},"dateAsserted":"2021-03-01","informationSource":{"display":"Daughter"},"reasonCode":[{"text":"Blood pressure"}],"note":[{"text":"Twice"}],"dosage":[{"text":"5 mg"}]}"##,
        shown: r#"
            MedicationStatement/ms · about p1
            0 Medicine ||Ramipril · = “5 mg” · on 2020 · to 2021-02 · recorded 2021-03-01 · by Daughter · in Community · encounter e1 · Stopped · > status reason: Cough · > reason: Blood pressure · > note: Twice"#,
        quiet: &["/contained/0/resourceType"],
    },
    Case {
        json: r#"{"resourceType":"MedicationDispense","id":"md","status":"completed","category":{"text":"Discharge"},"medicationReference":{"reference":"Medication/9","display":"Codeine"},"subject":{"reference":"Patient/p1"},"context":{"reference":"Encounter/e1"},"performer":[{"actor":{"display":"Pharmacy"}}],"location":{"display":"Hatch"},"type":{"text":"First fill"},"quantity":{"value":30,"unit":"tablet"},"daysSupply":{"value":7,"unit":"days"},"whenHandedOver":"2024-01-02","note":[{"text":"Bag"}],"dosageInstruction":[{"timing":{"code":{"text":"QDS"}},"doseAndRate":[{"doseRange":{"low":{"value":15,"unit":"mg"},"high":{"value":30,"unit":"mg"}}}]}]}"#,
        shown: r#"
            MedicationDispense/md · about p1
            0 Medicine ||Codeine · = “15 mg to 30 mg, QDS” · on 2024-01-02 · by Pharmacy · at Hatch · in Discharge · encounter e1 · Completed · > type: First fill · > quantity: 30 tablet · > days' supply: 7 days · > note: Bag"#,
        quiet: &["/medicationReference/reference"],
    },
    Case {
        json: r#"{"resourceType":"ServiceRequest","id":"sr","status":"active","intent":"order","category":[{"text":"Referral"}],"priority":"urgent","code":{"text":"Cardiology"},"orderDetail":[{"text":"Echo"}],"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"occurrencePeriod":{"start":"2024-01-05","end":"2024-01-20"},"authoredOn":"2024-01-01","requester":{"display":"Dr Shaw"},"performer":[{"display":"Heart clinic"}],"locationReference":[{"display":"Site A"}],"reasonCode":[{"text":"Murmur"}],"bodySite":[{"text":"Heart"}],"note":[{"text":"Soon"}],"patientInstruction":"Wait for a letter"}"#,
        shown: r#"
            ServiceRequest/sr · about p1
            0 Referral ||Cardiology · on 2024-01-01 · recorded 2024-01-01 · by Dr Shaw · at Site A · in Referral · encounter e1 · Active · > priority: urgent · > detail: Echo · > reason: Murmur · > to: Heart clinic · > wanted: 5 January 2024 · > wanted by: 20 January 2024 · > body site: Heart · > for the patient: Wait for a letter · > note: Soon"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Task","id":"t1","status":"requested","statusReason":{"text":"Waiting"},"businessStatus":{"text":"Triage"},"intent":"order","priority":"urgent","code":{"text":"Call back"},"description":"Ring after five","focus":{"display":"Referral"},"for":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"executionPeriod":{"start":"2024-01-05","end":"2024-01-06"},"authoredOn":"2024-01-01","requester":{"display":"111"},"owner":{"display":"Practice"},"location":{"display":"Desk"},"reasonCode":{"text":"Worry"},"note":[{"text":"Hard of hearing"}],"input":[{"type":{"text":"Number"},"valueString":"01632 960001"}],"output":[{"type":{"text":"Done by"},"valueBoolean":true}]}"#,
        shown: r#"
            Task/t1 · about p1
            0 Task ||Call back · on 2024-01-05 · to 2024-01-06 · recorded 2024-01-01 · by 111 · at Desk · in Triage · encounter e1 · Planned · > Ring after five · > owner: Practice · > priority: urgent · > status reason: Waiting · > reason: Worry · > about: Referral · > Number: 01632 960001 · > Done by: yes · > note: Hard of hearing"#,
        // Every task is an order in the end.
        quiet: &["/intent"],
    },
];
