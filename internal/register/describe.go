package register

import (
	"maps"
	"slices"
	"time"

	"livingprofile/internal/i18n"
	"livingprofile/internal/organisation"
	"livingprofile/internal/receipt"
)

// Describe returns the register as JSON-LD 1.1 in the Data Privacy Vocabulary,
// with every word in every language in which it was declared. address is where
// the document is, and measures are those of the product, for who declares none.
func Describe(o *organisation.Organisation, all []Controller, address string, measures i18n.Text) receipt.Node {
	if len(o.Measures) > 0 {
		measures = o.Measures
	}
	var controllers []receipt.Node
	for _, c := range all {
		controllers = append(controllers, describeController(o, &c, measures))
	}
	return receipt.Node{
		"@context":       receipt.Vocabularies(),
		"@id":            address,
		"@type":          "dpv:RegisterOfProcessingActivities",
		"dct:title":      words(o.Label),
		"dct:hasVersion": o.Revision,
		"dct:hasPart":    list(controllers),
	}
}

func describeController(o *organisation.Organisation, c *Controller, measures i18n.Text) receipt.Node {
	n := receipt.Node{
		"@type": "dpv:DataController", "dpv:hasName": c.Name, "dpv:hasAddress": o.Address,
		"dpv:hasContact": c.Brands[0].Contact,
		"dpv:hasDataProtectionOfficer": receipt.Node{
			"@type": "dpv:DataProtectionOfficer", "dpv:hasContact": o.Contact,
		},
		"dpv:hasTechnicalOrganisationalMeasure": receipt.Node{
			"@type": "dpv:TechnicalOrganisationalMeasure", "dct:description": words(measures),
		},
	}
	var services, processes []receipt.Node
	for _, b := range c.Brands {
		services = append(services, receipt.Node{"@type": "dpv:Service", "dct:identifier": b.Name, "dct:title": words(b.Label)})
	}
	for i := range c.Lines {
		processes = append(processes, c.Lines[i].describe())
	}
	n["dpv:hasService"], n["dpv:hasProcess"] = list(services), list(processes)
	return n
}

func (l *Line) describe() receipt.Node {
	v := l.Purpose
	purpose := receipt.Node{
		"@type": "dpv:Purpose", "dct:identifier": string(v.Purpose), "dct:hasVersion": v.Number,
		"dct:issued": receipt.Node{"@type": "xsd:dateTime", "@value": v.From.UTC().Format(time.RFC3339)},
		"dct:title":  words(v.Words.Question), "dct:description": words(v.Words.Sentence),
	}
	if v.Marketing {
		purpose["@type"] = []string{"dpv:Purpose", "dpv:DirectMarketing"}
	}
	n := receipt.Node{
		"@type":              "dpv:Process",
		"dpv:hasPurpose":     purpose,
		"dpv:hasLegalBasis":  list(receipt.Bases(v.Basis)),
		"dpv:hasDataSubject": receipt.Node{"@type": "dpv:Customer"},
		"dpv:hasStorageCondition": receipt.Node{
			"@type": "dpv:StorageDuration", "dct:description": words(v.Words.Retention),
		},
	}
	var data, recipients []receipt.Node
	for _, f := range l.Fields {
		data = append(data, personal(f.Name, f.Label, f.Sensitive))
	}
	for _, k := range l.Activities {
		data = append(data, personal(k.Name, k.Label, k.Sensitive))
	}
	for _, s := range l.Recipients {
		r := receipt.Node{"@type": "dpv:Recipient", "dct:identifier": s.Name, "dpv:hasName": words(s.Label)}
		if s.Country != "" {
			r["dpv:hasLocation"] = receipt.Node{"@id": "loc:" + s.Country}
		}
		if len(s.Safeguard) > 0 {
			r["dpv:hasTechnicalOrganisationalMeasure"] = receipt.Node{
				"@type": "dpv:SafeguardForDataTransfer", "dct:description": words(s.Safeguard),
			}
		}
		recipients = append(recipients, r)
	}
	n["dpv:hasPersonalData"], n["dpv:hasRecipient"] = list(data), list(recipients)
	return n
}

func personal(name string, label i18n.Text, sensitive bool) receipt.Node {
	kind := "dpv:PersonalData"
	if sensitive {
		kind = "dpv:SensitivePersonalData"
	}
	return receipt.Node{"@type": kind, "dct:identifier": name, "dct:title": words(label)}
}

// words are a text in each of its languages.
func words(t i18n.Text) []receipt.Node {
	all := []receipt.Node{}
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		all = append(all, receipt.Node{"@value": t[tag], "@language": tag})
	}
	return all
}

// list keeps an empty list a list: null would be no statement at all.
func list(nodes []receipt.Node) []receipt.Node {
	if nodes == nil {
		return []receipt.Node{}
	}
	return nodes
}
