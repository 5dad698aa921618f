package vendors

import (
	"net/http"
	"strconv"
	"time"
)

// A REST is a system whose developers followed the page about the connector
// rest.
type REST struct {
	Book
	Key string
}

// ServeHTTP answers as the page says.
func (s *REST) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, "Bearer "+s.Key, func(e *exchange) {
		if _, ok := e.is("GET", "/changes"); ok {
			s.changes(e)
			return
		}
		if name, ok := e.is("PUT", "/people/*"); ok {
			r := s.bySubject(name)
			if r == nil {
				r = s.add(Record{Subject: name})
			}
			r.Fields, _ = e.at("fields").(map[string]any)
			permissions, _ := e.at("permissions").([]any)
			for i := range permissions {
				at := strconv.Itoa(i)
				s.say(r, e.word("permissions", at, "purpose"), e.at("permissions", at, "allow") == true)
			}
			e.say(204, nil)
			return
		}
		if name, ok := e.is("DELETE", "/people/*"); ok {
			r := s.bySubject(name)
			if r == nil {
				e.say(404, nil)
				return
			}
			s.drop(r)
			e.say(204, nil)
			return
		}
		e.say(404, nil)
	})
}

func (s *REST) changes(e *exchange) {
	since, _ := strconv.ParseInt(e.r.URL.Query().Get("since"), 10, 64)
	all := []any{}
	for _, r := range s.since(time.UnixMicro(since)) {
		n := r.Changed.UnixMicro()
		all = append(all, map[string]any{
			"id": strconv.Itoa(r.ID) + "-" + strconv.FormatInt(n, 10), "sequence": n, "subject": r.Subject, "email": r.Email,
			"at": r.Changed.Format(time.RFC3339), "fields": r.Fields, "topics": r.Topics,
		})
	}
	e.say(200, map[string]any{"changes": all})
}
