package vendors

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// A Mautic is shaped after the description of the REST API of Mautic 5.
type Mautic struct {
	Book
	Key string // user:password
}

// ServeHTTP answers as the product does.
func (m *Mautic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.serve(w, r, "Basic "+base64.StdEncoding.EncodeToString([]byte(m.Key)), func(e *exchange) {
		if _, ok := e.is("GET", "/api/contacts"); ok {
			m.list(e)
			return
		}
		if _, ok := e.is("POST", "/api/contacts/new"); ok {
			m.create(e)
			return
		}
		if id, ok := e.is("PATCH", "/api/contacts/*/edit"); ok {
			m.known(e, id, func(r *Record) { m.write(e, r) })
			return
		}
		if id, ok := e.is("DELETE", "/api/contacts/*/delete"); ok {
			m.known(e, id, func(r *Record) { m.drop(r) })
			return
		}
		for action, allowed := range map[string]bool{"add": false, "remove": true} {
			if id, ok := e.is("POST", "/api/contacts/*/dnc/email/"+action); ok {
				m.known(e, id, func(r *Record) { m.say(r, "email", allowed) })
				return
			}
		}
		e.say(404, nil)
	})
}

func (m *Mautic) known(e *exchange, id string, do func(*Record)) {
	r := m.byID(id)
	if r == nil {
		e.say(404, map[string]any{"errors": []any{map[string]any{"code": 404, "message": "Item was not found."}}})
		return
	}
	do(r)
	e.say(200, map[string]any{"contact": m.show(r)})
}

func (m *Mautic) create(e *exchange) {
	// Unique identifiers merge: the address, and our name.
	r := m.byEmail(e.word("email"))
	if r == nil {
		r = m.bySubject(e.word("living_profile"))
	}
	if r == nil {
		r = m.add(Record{})
	}
	m.write(e, r)
	e.say(201, map[string]any{"contact": m.show(r)})
}

func (m *Mautic) write(e *exchange, r *Record) {
	for k, v := range e.body {
		switch k {
		case "email":
			r.Email, _ = v.(string)
		case "living_profile":
			r.Subject, _ = v.(string)
		default:
			r.Fields[k] = v
		}
	}
	r.Changed = m.now()
}

func (m *Mautic) list(e *exchange) {
	q := e.r.URL.Query()
	var found []*Record
	switch col, val := q.Get("where[0][col]"), q.Get("where[0][val]"); {
	case col == "living_profile" && q.Get("where[0][expr]") == "eq":
		if r := m.bySubject(val); r != nil {
			found = append(found, r)
		}
	case col == "date_modified" && q.Get("where[0][expr]") == "gte":
		at, err := time.Parse(time.RFC3339, val)
		if err != nil {
			e.say(400, nil)
			return
		}
		found = m.since(at)
	case col != "":
		e.say(400, nil)
		return
	}
	from, _ := strconv.Atoi(q.Get("start"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	from = min(from, len(found))
	var contacts any = []any{} // an empty list, but an object when there are some
	if some := found[from:min(from+limit, len(found))]; len(some) > 0 {
		all := map[string]any{}
		for _, r := range some {
			all[strconv.Itoa(r.ID)] = m.show(r)
		}
		contacts = all
	}
	e.say(200, map[string]any{"total": strconv.Itoa(len(found)), "contacts": contacts})
}

func (m *Mautic) show(r *Record) map[string]any {
	all := map[string]any{"email": r.Email, "living_profile": r.Subject}
	for k, v := range r.Fields {
		all[k] = v
	}
	dnc := []any{}
	if allowed, has := r.Topics["email"]; has && !allowed {
		dnc = append(dnc, map[string]any{"id": 1, "reason": 1, "comments": "", "channel": "email"})
	}
	return map[string]any{
		"id": r.ID, "dateModified": r.Changed.Format("2006-01-02T15:04:05-07:00"), "doNotContact": dnc, "fields": map[string]any{"all": all},
	}
}
