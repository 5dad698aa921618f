package receipt

import (
	"slices"
	"time"

	"livingprofile/internal/consent"
)

// A Node is a node of JSON-LD 1.1: its keys are compact IRIs of the context,
// or keywords.
type Node map[string]any

// The schemas that a receipt and its record conform to (DPV 2.3, guide to
// ISO/IEC TS 27560).
const (
	receiptSchema = "https://w3id.org/dpv/schema/dpv-27560#receipt"
	recordSchema  = "https://w3id.org/dpv/schema/dpv-27560#record"
)

// Vocabularies is the context with all that is used here. It stands in each
// document itself, so that reading one asks nobody else.
func Vocabularies() Node {
	return Node{
		"dct":     "http://purl.org/dc/terms/",
		"dpv":     "https://w3id.org/dpv#",
		"eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
		"loc":     "https://w3id.org/dpv/loc#",
		"xsd":     "http://www.w3.org/2001/XMLSchema#",
	}
}

// NewRecord returns r as a receipt of a consent record after ISO/IEC TS 27560,
// in the Data Privacy Vocabulary. Unlike the Kantara form it can say every
// status.
func NewRecord(r *consent.Receipt, s Setting) Node {
	d := describing{r: r, s: s}
	return Node{
		"@context":                Vocabularies(),
		"@id":                     s.Receipt,
		"@type":                   "dpv:ConsentReceipt",
		"dct:identifier":          string(r.ID),
		"dct:conformsTo":          ref(receiptSchema),
		"dct:created":             moment(r.Decision.At),
		"dct:publisher":           ref(controllerID),
		"dct:provenance":          Node{"dct:identifier": r.Ledger.Hash, "dct:description": "fingerprint " + r.Ledger.Fingerprint},
		"dpv:hasRecordOfActivity": d.record(s.Receipt + "#record"),
	}
}

// describing writes the parts of one receipt.
type describing struct {
	r *consent.Receipt
	s Setting
}

func (d describing) record(address string) Node {
	n := Node{
		"@id":                   address,
		"@type":                 "dpv:ConsentRecord",
		"dct:identifier":        string(d.r.ID),
		"dct:conformsTo":        ref(recordSchema),
		"dpv:hasDataSubject":    Node{"@type": "dpv:DataSubject", "dct:identifier": string(d.r.Subject)},
		"dpv:hasDataController": d.controller(),
		"dpv:hasJurisdiction":   ref("loc:" + d.s.Country),
		"dpv:hasService":        Node{"@type": "dpv:Service", "dct:title": d.words(d.s.Service)},
		"dpv:hasProcess":        d.process(),
		"dpv:hasConsentControl": Node{
			"@type": []string{"dpv:ProvideConsent", "dpv:WithdrawConsent"}, "dpv:isExercisedAt": ref(d.s.Withdraw),
		},
		"dpv:hasConsentStatus": d.event(),
	}
	if basis := Bases(d.r.Purpose.Basis); len(basis) > 0 {
		n["dpv:hasLegalBasis"] = basis
	}
	if d.r.Purpose.Basis == consent.Consent {
		n["dpv:hasRight"] = Node{"@type": []string{"dpv:DataSubjectRight", "eu-gdpr:A7-3"}, "dpv:isExercisedAt": ref(d.s.Withdraw)}
	}
	if notice := d.r.Notice; notice != nil {
		lines := make([]Node, 0, len(notice.Words))
		for _, line := range notice.Words {
			lines = append(lines, d.words(line))
		}
		shown := Node{
			"@id": "urn:sha256:" + notice.Hash, "@type": "dpv:ConsentNotice", "dct:language": notice.Locale,
			"dct:description": Node{"@list": lines},
		}
		if since := d.r.Purpose.Since; !since.IsZero() {
			shown["dct:date"] = moment(since)
		}
		n["dpv:hasNotice"] = shown
	}
	return n
}

// controllerID is a name within the receipt: brands have controllers of their
// own.
const controllerID = "_:controller"

func (d describing) controller() Node {
	c := d.r.Controller
	return Node{
		"@id": controllerID, "@type": "dpv:DataController", "dct:identifier": c.Name,
		"dpv:hasName": c.Name, "dpv:hasAddress": oneLine(c.Address), "dpv:hasContact": c.Contact,
	}
}

func (d describing) process() Node {
	p := d.r.Purpose
	purpose := Node{"@type": "dpv:Purpose", "dct:identifier": string(p.Name), "dct:hasVersion": p.Version, "dct:title": d.words(p.Title)}
	if d.s.Marketing {
		purpose["@type"] = []string{"dpv:Purpose", "dpv:DirectMarketing"}
	}
	var data, recipients []Node
	for _, l := range p.Data {
		kind := "dpv:PersonalData"
		if slices.Contains(d.s.Sensitive, l.Name) {
			kind = "dpv:SensitivePersonalData"
		}
		data = append(data, Node{"@type": kind, "dct:identifier": l.Name, "dct:title": d.words(l.Label)})
	}
	for _, l := range p.Recipients {
		recipients = append(recipients, Node{"@type": "dpv:Recipient", "dct:identifier": l.Name, "dpv:hasName": l.Label})
	}
	places := make([]Node, 0, len(d.s.Countries))
	for _, country := range d.s.Countries {
		places = append(places, ref("loc:"+country))
	}
	return Node{
		"@type":               "dpv:Process",
		"dpv:hasPurpose":      purpose,
		"dpv:hasPersonalData": some(data),
		"dpv:hasRecipient":    some(recipients),
		"dpv:hasStorageCondition": []Node{
			{"@type": "dpv:StorageLocation", "dpv:hasLocation": some(places)},
			{"@type": "dpv:StorageDuration", "dct:description": d.words(p.Retention)},
		},
	}
}

// event is what happened. A yes without an end holds until it is taken back.
func (d describing) event() Node {
	c := d.r.Decision
	by := "dpv:DataSubject"
	switch c.Status {
	case consent.Revoked, consent.Expired, consent.Invalidated, consent.Requested:
		by = "dpv:DataController"
	}
	n := Node{
		"@type":                   state(c.Status),
		"dpv:isIndicatedBy":       ref(by),
		"dpv:hasIndicationMethod": c.Channel + ", " + string(c.Proof),
		"dpv:isIndicatedAtTime":   moment(c.At),
	}
	switch {
	case !c.Until.IsZero():
		n["dct:valid"] = moment(c.Until)
	case c.Status.Valid():
		n["dct:valid"] = Node{"@type": "dpv:UntilEventDuration", "dct:description": "dpv:ConsentWithdrawn"}
	}
	return n
}

// state is a status in the words of the DPV.
func state(s consent.Status) string {
	switch s {
	case consent.Requested:
		return "dpv:ConsentRequested"
	case consent.Deferred:
		return "dpv:ConsentRequestDeferred"
	case consent.Given:
		return "dpv:ConsentGiven"
	case consent.Renewed:
		return "dpv:RenewedConsentGiven"
	case consent.Refused:
		return "dpv:ConsentRefused"
	case consent.Withdrawn:
		return "dpv:ConsentWithdrawn"
	case consent.Revoked:
		return "dpv:ConsentRevoked"
	case consent.Expired:
		return "dpv:ConsentExpired"
	case consent.Invalidated:
		return "dpv:ConsentInvalidated"
	}
	return "dpv:ConsentUnknown"
}

// Bases names a legal basis in the DPV and in Art. 6(1) GDPR.
func Bases(b consent.Basis) []Node {
	switch b {
	case consent.Consent:
		return refs("dpv:Consent", "eu-gdpr:A6-1-a")
	case consent.Contract:
		return refs("dpv:Contract", "eu-gdpr:A6-1-b")
	case consent.LegalObligation:
		return refs("dpv:LegalObligation", "eu-gdpr:A6-1-c")
	case consent.VitalInterest:
		return refs("dpv:VitalInterest", "eu-gdpr:A6-1-d")
	case consent.PublicInterest:
		return refs("dpv:PublicInterest", "eu-gdpr:A6-1-e")
	case consent.LegitimateInterest:
		return refs("dpv:LegitimateInterest", "eu-gdpr:A6-1-f")
	}
	return nil
}

// words are in the language of the receipt, where that is known.
func (d describing) words(text string) Node {
	n := Node{"@value": text}
	if d.r.Notice != nil && d.r.Notice.Locale != "" {
		n["@language"] = d.r.Notice.Locale
	}
	return n
}

func ref(iri string) Node { return Node{"@id": iri} }

func refs(iris ...string) []Node {
	var list []Node
	for _, iri := range iris {
		list = append(list, ref(iri))
	}
	return list
}

func moment(t time.Time) Node {
	return Node{"@type": "xsd:dateTime", "@value": t.UTC().Format(time.RFC3339Nano)}
}

// some keeps an empty list a list: null would be no statement at all.
func some(list []Node) []Node {
	if list == nil {
		return []Node{}
	}
	return list
}
