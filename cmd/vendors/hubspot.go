package vendors

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A HubSpot is shaped after the descriptions of CRM objects v3 and communication
// preferences v4.
type HubSpot struct {
	Book
	Key string // token of a private app
	// Lag is how long a search does not find what was made: the index is behind.
	Lag time.Duration
}

// ServeHTTP answers as the product does.
func (h *HubSpot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const contacts = "/crm/v3/objects/contacts"
	h.serve(w, r, "Bearer "+h.Key, func(e *exchange) {
		if _, ok := e.is("GET", contacts); ok {
			e.say(200, map[string]any{"results": []any{}})
			return
		}
		if _, ok := e.is("POST", contacts+"/search"); ok {
			h.search(e)
			return
		}
		if _, ok := e.is("POST", contacts); ok {
			h.create(e)
			return
		}
		if _, ok := e.is("POST", contacts+"/gdpr-delete"); ok {
			h.drop(h.byID(e.word("objectId")))
			e.say(204, nil)
			return
		}
		if _, ok := e.is("POST", "/communication-preferences/v4/statuses/batch/write"); ok {
			h.statuses(e)
			return
		}
		if id, ok := e.is("PATCH", contacts+"/*"); ok {
			r := h.byID(id)
			if r == nil {
				e.say(404, map[string]any{"category": "OBJECT_NOT_FOUND"})
				return
			}
			h.write(e, r)
			e.say(200, h.show(r))
			return
		}
		e.say(404, nil)
	})
}

func (h *HubSpot) create(e *exchange) {
	if r := h.byEmail(e.word("properties", "email")); r != nil {
		e.say(409, map[string]any{"message": "Contact already exists. Existing ID: " + strconv.Itoa(r.ID), "category": "CONFLICT"})
		return
	}
	r := h.add(Record{})
	h.write(e, r)
	e.say(201, h.show(r))
}

func (h *HubSpot) write(e *exchange, r *Record) {
	properties, _ := e.at("properties").(map[string]any)
	for k, v := range properties {
		text, _ := v.(string)
		switch k {
		case "email":
			r.Email = strings.ToLower(text)
		case "living_profile":
			r.Subject = text
		default:
			if r.Fields[k] = text; text == "" { // which clears a property
				delete(r.Fields, k)
			}
		}
	}
	r.Changed = h.now()
}

func (h *HubSpot) statuses(e *exchange) {
	r := h.byEmail(e.word("inputs", "0", "subscriberIdString"))
	_, number := e.at("inputs", "0", "subscriptionId").(float64)
	if r == nil || !number || e.word("inputs", "0", "channel") != "EMAIL" {
		e.say(400, map[string]any{"category": "VALIDATION_ERROR"})
		return
	}
	h.say(r, e.word("inputs", "0", "subscriptionId"), e.word("inputs", "0", "statusState") == "SUBSCRIBED")
	e.say(200, map[string]any{"status": "COMPLETE"})
}

func (h *HubSpot) search(e *exchange) {
	property, value := e.word("filterGroups", "0", "filters", "0", "propertyName"), e.word("filterGroups", "0", "filters", "0", "value")
	var found []*Record
	one := func(r *Record) {
		if r != nil && h.now().Sub(r.made) >= h.Lag {
			found = append(found, r)
		}
	}
	switch property {
	case "living_profile":
		one(h.bySubject(value))
	case "email":
		one(h.byEmail(value))
	case "lastmodifieddate":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			e.say(400, nil)
			return
		}
		found = h.since(at)
	}
	from, err := strconv.Atoi(e.word("after"))
	limit, _ := strconv.Atoi(e.word("limit"))
	if err != nil && e.word("after") != "" || limit > 200 {
		e.say(400, nil)
		return
	}
	answer, results := map[string]any{"total": len(found)}, []any{}
	until := min(from+limit, len(found))
	for _, r := range found[min(from, until):until] {
		results = append(results, h.show(r))
	}
	if until < len(found) {
		answer["paging"] = map[string]any{"next": map[string]any{"after": strconv.Itoa(until)}}
	}
	answer["results"] = results
	e.say(200, answer)
}

func (h *HubSpot) show(r *Record) map[string]any {
	at := r.Changed.Format("2006-01-02T15:04:05.999Z")
	properties := map[string]any{"email": r.Email, "living_profile": r.Subject, "lastmodifieddate": at}
	for k, v := range r.Fields {
		properties[k] = v
	}
	for topic, allowed := range r.Topics {
		properties["hs_email_optout_"+topic] = strconv.FormatBool(!allowed)
	}
	return map[string]any{"id": strconv.Itoa(r.ID), "properties": properties, "updatedAt": at}
}
