//! Examples: who people are, who is close to them, and who cares for them.

use super::change::Case;

pub(super) const PEOPLE: &[Case] = &[
    Case {
        json: r#"{"resourceType":"Patient","id":"p1","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},
            "extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory","valueCodeableConcept":{"coding":[{"system":"x","code":"A","display":"British"}]}},
              {"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus","extension":[{"url":"deathNotificationStatus","valueCodeableConcept":{"coding":[{"code":"2","display":"Formal"}]}},{"url":"systemEffectiveDate","valueDateTime":"2024-02-03"}]},
              {"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactPreference","extension":[{"url":"PreferredWrittenCommunicationFormat","valueString":"Large print"}]}],
            "identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"code":"01"}]}}]},{"system":"https://example.org/mrn","value":"M1"}],
            "name":[{"use":"maiden","family":"Old"},{"use":"usual","prefix":["Mrs"],"given":["Ann","Bea"],"family":"New"}],
            "telecom":[{"system":"phone","value":"01632 960001","use":"home"},{"system":"email","value":"ann@example.org"},{"system":"phone","value":"01632 960009","use":"old"}],
            "gender":"female","birthDate":"1950-04-03","deceasedDateTime":"2024-02-01T10:00:00Z","multipleBirthBoolean":true,
            "address":[{"use":"temp","text":"Ward 1, Hospital"},{"use":"home","line":["1 High Street"],"city":"Poole","postalCode":"BH15 1AA"}],
            "contact":[{"relationship":[{"text":"Daughter"}],"name":{"given":["Cat"],"family":"New"},"telecom":[{"system":"phone","value":"07700 900123"}],"address":{"text":"Away"},"gender":"male","organization":{"display":"Home care"},"period":{"start":"2020-01-01"}}],
            "communication":[{"language":{"coding":[{"code":"fr","display":"French"}]},"preferred":true,"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/patient-interpreterRequired","valueBoolean":true}]}],
            "generalPractitioner":[{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"J81001"},"display":"Harbour Practice"}],
            "link":[{"other":{"reference":"Patient/p2"},"type":"replaced-by"},{"other":{"reference":"Patient/p3"},"type":"seealso"}]}"#,
        shown: r#"
            Patient/p1 · about p1
            9990000026 Verified · id https://example.org/mrn|M1 · name usual: Mrs Ann Bea New · name maiden:   Old · born 1950-04-03 · Female · dead since 2024-02-01T10:00:00Z · address home: 1 High Street, Poole; BH15 1AA · address temp: Ward 1, Hospital;  · phone 01632 960001 · e-mail ann@example.org · practice J81001 · practice name Harbour Practice · language French · ethnicity British · interpreter true · multiple birth true · RESTRICTED · ReplacedBy p2 · SeeAlso p3
            Merge { from: "p1", into: "p2" }
            0 Death ||Reported dead · on 2024-02-01T10:00:00Z · recorded 2024-02-03 · Completed · Confirmed · > notification: Formal
            1 RelatedPerson ||Daughter · = “Cat New” · on 2020-01-01 · > phone: 07700 900123 · > address: Away · > gender: male
            2 Other ||Also said of this person · > preferred written communication format: Large print"#,
        quiet: &[
            // An extension of extensions is told by the names of the inner ones.
            "/extension/2/url",
            // Any code system of R and V; the words of a category stand for its code.
            "/meta/security/0/system",
            "/extension/0/valueCodeableConcept/coding/0/system",
            "/extension/0/valueCodeableConcept/coding/0/code",
            // A use that is not "old" is not kept of a number; an old number is not offered at all.
            "/telecom/0/use",
            "/telecom/2/system",
            "/telecom/2/value",
            // The only language is the main one, preferred or not, and is shown in words; a contact has a name of their own.
            "/communication/0/preferred",
            "/communication/0/language/coding/0/code",
            "/contact/0/organization/display",
        ],
    },
    Case {
        json: r#"{"resourceType":"RelatedPerson","id":"r1","active":true,"patient":{"reference":"Patient/p1"},"relationship":[{"text":"Carer"},{"text":"Friend"}],"name":[{"given":["Dee"],"family":"Hill"}],"telecom":[{"system":"phone","value":"07700 900124"}],"gender":"female","birthDate":"1960-01-01","address":[{"line":["2 Low Road"],"postalCode":"BH1 1AA"}],"period":{"start":"2020-01-01","end":"2024-01-01"}}"#,
        shown: r#"
            RelatedPerson/r1 · about p1
            0 RelatedPerson ||Carer · also ||Friend · = “Dee Hill” · on 2020-01-01 · to 2024-01-01 · Active · > phone: 07700 900124 · > address: 2 Low Road, BH1 1AA · > gender: female · > born: 1960-01-01"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Organization","id":"g1","active":true,"identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"J81001"}],"type":[{"text":"GP practice"}],"name":"Harbour Practice","telecom":[{"system":"phone","value":"01632 960002"}],"address":[{"line":["Quay"],"postalCode":"BH15 1AB"}],"partOf":{"display":"Poole network"}}"#,
        shown: r#"
            Organization/g1 · about nobody
            0 Other ||Harbour Practice · in Organization · Active · > type: GP practice · > part of: Poole network · > ods-organization-code: J81001 · > phone: 01632 960002 · > address: Quay, BH15 1AB"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Practitioner","id":"d1","active":true,"identifier":[{"system":"https://fhir.hl7.org.uk/Id/gmc-number","value":"C1234567"}],"name":[{"prefix":["Dr"],"given":["Ada"],"family":"Shaw"}],"qualification":[{"code":{"text":"MRCGP"}}]}"#,
        shown: r#"
            Practitioner/d1 · about nobody
            0 Other ||Dr Ada Shaw · in Practitioner · Active · > qualification: MRCGP · > gmc-number: C1234567"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"PractitionerRole","id":"d2","active":false,"period":{"start":"2020-01-01","end":"2024-01-01"},"practitioner":{"display":"Dr Ada Shaw"},"organization":{"display":"Harbour Practice"},"code":[{"text":"Partner"}],"specialty":[{"text":"General practice"}],"location":[{"display":"Quay"}],"healthcareService":[{"display":"Clinic"}]}"#,
        shown: r#"
            PractitionerRole/d2 · about nobody
            0 Other ||Dr Ada Shaw, Harbour Practice · on 2020-01-01 · to 2024-01-01 · in PractitionerRole · Completed · > role: Partner · > specialty: General practice · > at: Quay · > service: Clinic"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Location","id":"l1","status":"active","name":"Ward 4","description":"Third floor","type":[{"text":"Ward"}],"physicalType":{"text":"Building"},"address":{"line":["Hospital"],"city":"Poole"},"managingOrganization":{"display":"Hospital trust"}}"#,
        shown: r#"
            Location/l1 · about nobody
            0 Other ||Ward 4 · in Location · Active · > type: Ward · > form: Building · > run by: Hospital trust · > address: Hospital, Poole · > Third floor"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"HealthcareService","id":"h1","active":true,"providedBy":{"display":"Community trust"},"category":[{"text":"Therapy"}],"type":[{"text":"Podiatry"}],"specialty":[{"text":"Foot"}],"location":[{"display":"Health centre"}],"name":"Foot clinic","comment":"By appointment","telecom":[{"system":"email","value":"feet@example.org"}]}"#,
        shown: r#"
            HealthcareService/h1 · about nobody
            0 Other ||Foot clinic · in HealthcareService · Active · > type: Podiatry · > category: Therapy · > specialty: Foot · > provided by: Community trust · > at: Health centre · > email: feet@example.org · > By appointment"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"CareTeam","id":"ct","status":"active","category":[{"text":"Palliative"}],"name":"Home team","subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"period":{"start":"2024-01-01"},"participant":[{"role":[{"text":"Lead nurse"}],"member":{"display":"Nurse Oak"},"onBehalfOf":{"display":"Hospice"},"period":{"start":"2024-01-02"}}],"reasonCode":[{"text":"Cancer"}],"managingOrganization":[{"display":"Hospice"}],"telecom":[{"system":"phone","value":"01632 960003"}],"note":[{"text":"Day and night"}]}"#,
        shown: r#"
            CareTeam/ct · about p1
            0 CareTeam ||Home team · on 2024-01-01 · by Hospice · in Palliative · encounter e1 · Active · > reason: Cancer · > phone: 01632 960003 · > note: Day and night
            1 CareTeam ||Lead nurse · = “Nurse Oak” · on 2024-01-02 · by Hospice"#,
        quiet: &[],
    },
];
