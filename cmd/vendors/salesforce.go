package vendors

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Salesforce is shaped after the description of the REST API v60.0, with the
// client credentials flow of a connected app.
type Salesforce struct {
	Book
	Key string // id:secret
}

const salesforceToken = "00Dxx!token"

var soql = regexp.MustCompile(`^SELECT ([\w,]+) FROM Contact WHERE SystemModstamp >= (\S+) ORDER BY SystemModstamp$`)

// salesforcePage is how many records a page has.
const salesforcePage = 2

// ServeHTTP answers as the product does.
func (s *Salesforce) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/services/oauth2/token" {
		e := &exchange{w: w, r: r}
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id")+":"+r.FormValue("client_secret") != s.Key {
			e.say(400, map[string]any{"error": "invalid_client"})
			return
		}
		e.say(200, map[string]any{"access_token": salesforceToken, "instance_url": "http://" + r.Host, "token_type": "Bearer"})
		return
	}
	const base = "/services/data/v60.0/"
	s.serve(w, r, "Bearer "+salesforceToken, func(e *exchange) {
		if _, ok := e.is("GET", base+"limits"); ok {
			e.say(200, map[string]any{})
			return
		}
		if _, ok := e.is("POST", base+"sobjects/Contact"); ok {
			s.create(e)
			return
		}
		if _, ok := e.is("POST", base+"parameterizedSearch"); ok {
			s.search(e)
			return
		}
		if _, ok := e.is("GET", base+"query"); ok {
			s.query(e, r.URL.Query().Get("q"), 0)
			return
		}
		if at, ok := e.is("GET", base+"query/*"); ok {
			number, columns, _ := strings.Cut(at, "~")
			from, _ := strconv.Atoi(number)
			s.query(e, "SELECT "+columns+" FROM Contact WHERE SystemModstamp >= 2000-01-01T00:00:00Z ORDER BY SystemModstamp", from)
			return
		}
		if name, ok := e.is("GET", base+"sobjects/Contact/Living_Profile__c/*"); ok {
			if r := s.bySubject(name); r != nil {
				e.say(200, map[string]any{"Id": s.id(r)})
				return
			}
			e.say(404, []any{map[string]any{"errorCode": "NOT_FOUND"}})
			return
		}
		id, _ := e.is(r.Method, base+"sobjects/Contact/*")
		found := s.byID(strings.TrimPrefix(id, "003"))
		switch {
		case found == nil:
			e.say(404, []any{map[string]any{"errorCode": "NOT_FOUND"}})
		case r.Method == "PATCH":
			s.write(e, found)
			e.say(204, nil)
		case r.Method == "DELETE":
			s.drop(found)
			e.say(204, nil)
		}
	})
}

func (s *Salesforce) id(r *Record) string { return fmt.Sprintf("003%d", r.ID) }

func (s *Salesforce) create(e *exchange) {
	if e.word("LastName") == "" {
		e.say(400, []any{map[string]any{"errorCode": "REQUIRED_FIELD_MISSING", "fields": []string{"LastName"}}})
		return
	}
	r := s.add(Record{})
	s.write(e, r)
	e.say(201, map[string]any{"id": s.id(r), "success": true, "errors": []any{}})
}

func (s *Salesforce) write(e *exchange, r *Record) {
	for k, v := range e.body {
		switch x := v.(type) {
		case bool:
			s.say(r, k, x)
			continue
		case nil:
			delete(r.Fields, k)
			continue
		}
		switch k {
		case "Email":
			r.Email, _ = v.(string)
		case "Living_Profile__c":
			r.Subject, _ = v.(string)
		default:
			r.Fields[k] = v
		}
	}
	r.Changed = s.now()
}

func (s *Salesforce) search(e *exchange) {
	found := []any{}
	if r := s.byEmail(e.word("q")); r != nil && e.word("in") == "EMAIL" {
		found = append(found, map[string]any{"Id": s.id(r)})
	}
	e.say(200, map[string]any{"searchRecords": found})
}

func (s *Salesforce) query(e *exchange, q string, from int) {
	m := soql.FindStringSubmatch(q)
	if m == nil {
		e.say(400, []any{map[string]any{"errorCode": "MALFORMED_QUERY"}})
		return
	}
	at, err := time.Parse(time.RFC3339, m[2])
	if err != nil {
		e.say(400, nil)
		return
	}
	found, records := s.since(at), []any{}
	until := min(from+salesforcePage, len(found))
	for _, r := range found[min(from, until):until] {
		all := map[string]any{"Id": s.id(r), "Email": r.Email, "Living_Profile__c": nil, "SystemModstamp": r.Changed.Format("2006-01-02T15:04:05.000-0700")}
		if r.Subject != "" {
			all["Living_Profile__c"] = r.Subject
		}
		for k, v := range r.Fields {
			all[k] = v
		}
		for k, v := range r.Topics {
			all[k] = v
		}
		record := map[string]any{"attributes": map[string]any{"type": "Contact"}}
		for column := range strings.SplitSeq(m[1], ",") {
			record[column] = all[column]
		}
		records = append(records, record)
	}
	answer := map[string]any{"totalSize": len(found), "done": until == len(found), "records": records}
	if until < len(found) {
		answer["nextRecordsUrl"] = fmt.Sprintf("/services/data/v60.0/query/%d~%s", until, m[1])
	}
	e.say(200, answer)
}
