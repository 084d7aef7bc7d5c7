"""Writes to and reads from a running server with fhirclient, fhir.resources and hl7, the PyPI packages.

usage: check_server.py BASE_URL SENDER_TOKEN READER_TOKEN [ORGANISATION] [MLLP_HOST:PORT]

BASE_URL is the server's own address (http://127.0.0.1:8080); the tokens are those of a sending system and of a
care system; the MLLP listener is one for ADT messages. Everyone written is invented. Prints one line a check; exits 1 when one fails.
"""

import json
import string
import sys
import uuid

import hl7
import hl7.client
import requests
from fhir.resources.R4B import get_fhir_model_class
from fhirclient import client
from fhirclient.models import bundle, fhirdate, flag, humanname, observation, patient

NHS = "https://fhir.nhs.uk/Id/nhs-number"


class Check:
    def __init__(self):
        self.failed = 0

    def that(self, name, holds, why=""):
        self.failed += 0 if holds else 1
        print(("ok    " if holds else "WRONG ") + name + ("" if holds else f": {why}"))


def with_token(token, organisation):
    """fhirclient's session, with the token on every request."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    session.headers["organisation-code"] = organisation
    return session


def smart(base, session):
    made = client.FHIRClient(settings={"app_id": "chesil-check", "api_base": f"{base}/fhir/"})
    made.server.session = session
    return made.server


def is_valid(resource):
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except Exception as error:  # whatever the library raises is what it found
        return f"{resource['resourceType']}/{resource.get('id')}: {error}"
    return None


def write_by_client(check, server):
    """Creates a patient and two things about them; answers the patient's id here."""
    mark = uuid.uuid4().hex[:8].title().translate(str.maketrans(string.digits, "abcdefghij"))
    someone = patient.Patient()
    name = humanname.HumanName()
    name.family, name.given = f"Test{mark}", ["Ada"]
    someone.name = [name]
    someone.birthDate = fhirdate.FHIRDate("1950-01-02")
    made = someone.create(server)
    check.that("fhirclient creates a Patient", bool(made and made.get("id")), made)
    alert = flag.Flag({"status": "active", "code": {"text": "Falls"}, "subject": {"reference": f"Patient/{made['id']}"}})
    check.that("fhirclient creates a Flag", bool(alert.create(server)))
    weight = observation.Observation(
        {
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"reference": f"Patient/{made['id']}"},
            "effectiveDateTime": "2026-01-02",
            "valueQuantity": {"value": 71.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        }
    )
    check.that("fhirclient creates an Observation", bool(weight.create(server)))
    return made["id"], name.family


def read_by_client(check, server, base, session, someone, family):
    read = patient.Patient.read(someone, server)
    check.that("fhirclient reads the Patient", read.name[0].family == family, read.as_json())
    found = observation.Observation.where({"patient": someone, "code": "http://loinc.org|29463-7"}).perform(server)
    check.that("fhirclient searches Observations", found.total == 1, found.as_json())
    found = session.post(f"{base}/fhir/Patient/_search", data={"family": family, "birthdate": "1950-01-02"}).json()
    bundle.Bundle(found)
    check.that("a POST finds the person", len(found.get("entry", [])) == 1, found)
    whole = session.get(f"{base}/fhir/Patient/{someone}/$everything").json()
    wrong = [why for why in (is_valid(entry["resource"]) for entry in whole["entry"]) if why]
    check.that("fhir.resources takes everything", not wrong and len(whole["entry"]) >= 4, wrong or whole)
    statement = session.get(f"{base}/fhir/metadata").json()
    check.that("fhir.resources takes the capability statement", is_valid(statement) is None, is_valid(statement))
    refused = session.get(f"{base}/fhir/Patient", params={"family": family})
    why = is_valid(refused.json())
    check.that("a name in an address is refused", refused.status_code == 400 and why is None, refused.text)


def write_by_resources(check, base, session, someone):
    """Writes what fhir.resources makes, and reads it back into what fhir.resources takes."""
    make = get_fhir_model_class("Condition")
    made = make.model_validate(
        {
            "resourceType": "Condition",
            "id": "check",
            "subject": {"reference": f"Patient/{someone}"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}]},
            "onsetDateTime": "2019-04-05",
        }
    )
    headers = {"Content-Type": "application/fhir+json"}
    answer = session.post(f"{base}/fhir/Condition", data=made.model_dump_json(), headers=headers)
    check.that("a Condition of fhir.resources is taken", answer.status_code == 201, answer.text)
    return answer.headers.get("Location", "").split("/Condition/")[-1].split("/")[0]


def read_by_resources(check, base, session, condition):
    answer = session.get(f"{base}/fhir/Condition/{condition}")
    make = get_fhir_model_class("Condition")
    read = make.model_validate(answer.json()) if answer.status_code == 200 else None
    same = read is not None and read.code.coding[0].code == "38341003" and str(read.onsetDateTime) == "2019-04-05"
    check.that("and fhir.resources reads it back", same, answer.text)


def messages(check, base, session, reader):
    local = uuid.uuid4().hex[:10]
    text = "\r".join(
        [
            f"MSH|^~\\&|AGYLEED|R0D02|INTEGRATION-ENGINE|RDZ|20260127125907||ADT^A01|{local}|P|2.4|||AL|NE",
            f"PID|1||{local}^^^TEST^HospitalNumber||TEST^NELL||19570830|F",
            f"PV1|1|E||F||||||||||||||||V{local}",
            "",
        ]
    )
    headers = {"source-domain": "agyleed", "data-type": "hl7v2", "Content-Type": "text/plain"}
    answer = session.post(f"{base}/$ingest", data=text.encode(), headers=headers)
    ack = hl7.parse(answer.text)
    said = (str(ack.segment("MSA")[1]), str(ack.segment("MSA")[2]))
    check.that("hl7 reads the acknowledgement", answer.status_code == 200 and said == ("AA", local), answer.text)
    found = reader.post(f"{base}/fhir/Patient/_search", data={"identifier": local}).json()
    check.that("the message's person is found", len(found.get("entry", [])) == 1, found)
    whole = reader.get(f"{base}/fhir/Patient/{found['entry'][0]['resource']['id']}/$everything").json()
    wrong = [why for why in (is_valid(entry["resource"]) for entry in whole["entry"]) if why]
    check.that("fhir.resources takes what was composed of the message", not wrong, wrong)


def by_mllp(check, base, reader, listener):
    """Sends over MLLP with the hl7 package's own client."""
    host, port = listener.rsplit(":", 1)
    local = uuid.uuid4().hex[:10]
    text = "\r".join(
        [
            f"MSH|^~\\&|EPR|RBD|CHESIL|QVV|20261102085501||ADT^A01|{local}|P|2.4",
            f"PID|1||{local}^^^RBD^MR||TEST^NELL||19570830|F",
            f"PV1|1|I||||||||||||||||V{local}",
            "",
        ]
    )
    with hl7.client.MLLPClient(host, int(port)) as line:
        for _ in range(2):
            ack = hl7.parse(line.send_message(text).strip(b"\x0b\x1c\r").decode())
            said = (str(ack.segment("MSA")[1]), str(ack.segment("MSA")[2]))
            check.that("hl7 sends by MLLP, and sends again", said == ("AA", local), str(ack))
    found = reader.post(f"{base}/fhir/Patient/_search", data={"identifier": local}).json()
    check.that("that message's person is found once", len(found.get("entry", [])) == 1, found)


def transaction(check, base, session):
    broken = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "resource": {"resourceType": "Observation", "status": "final", "code": {"text": "Weight"}},
                "request": {"method": "POST", "url": "Observation"},
            }
        ],
    }
    answer = session.post(f"{base}/fhir", data=json.dumps(broken), headers={"Content-Type": "application/fhir+json"})
    why = is_valid(answer.json())
    check.that("what cannot be filed is refused and named", answer.status_code == 422 and why is None, answer.text)


def main():
    base, sender_token, reader_token = sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3]
    organisation = sys.argv[4] if len(sys.argv) > 4 else "R0D"
    sender, reader = with_token(sender_token, organisation), with_token(reader_token, organisation)
    check = Check()
    someone, family = write_by_client(check, smart(base, sender))
    read_by_client(check, smart(base, reader), base, reader, someone, family)
    condition = write_by_resources(check, base, sender, someone)
    read_by_resources(check, base, reader, condition)
    messages(check, base, sender, reader)
    transaction(check, base, sender)
    if len(sys.argv) > 5:
        by_mllp(check, base, reader, sys.argv[5])
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
