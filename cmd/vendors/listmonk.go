package vendors

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// A Listmonk behaves as listmonk 6.2 was seen to. It reads of the SQL that its
// interface takes only what the connector says.
type Listmonk struct {
	Book
	Key string // user:token
}

var (
	bySubject = regexp.MustCompile(`^subscribers\.attribs->>'living_profile'='([a-z0-9]+)'$`)
	byDigest  = regexp.MustCompile(`^encode\(sha256\(convert_to\(subscribers\.email,'UTF8'\)\),'hex'\)='([0-9a-f]{64})'$`)
	bySince   = regexp.MustCompile(`^EXISTS\(SELECT 1 FROM subscriber_lists sl WHERE sl\.subscriber_id=subscribers\.id AND sl\.updated_at>='([^']+)'\)$`)
)

// ServeHTTP answers as the product does.
func (l *Listmonk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.serve(w, r, "token "+l.Key, func(e *exchange) {
		if _, ok := e.is("GET", "/api/lists"); ok {
			e.say(200, map[string]any{"data": map[string]any{"results": []any{}}})
			return
		}
		if _, ok := e.is("GET", "/api/subscribers"); ok {
			l.query(e)
			return
		}
		if _, ok := e.is("POST", "/api/subscribers"); ok {
			l.create(e)
			return
		}
		if _, ok := e.is("PUT", "/api/subscribers/lists"); ok {
			l.lists(e)
			return
		}
		if id, ok := e.is("PATCH", "/api/subscribers/*"); ok {
			l.patch(e, l.byID(id))
			return
		}
		if id, ok := e.is("DELETE", "/api/subscribers/*"); ok {
			l.drop(l.byID(id)) // nobody is no error
			e.say(200, map[string]any{"data": true})
			return
		}
		e.say(404, nil)
	})
}

func (l *Listmonk) query(e *exchange) {
	q := e.r.URL.Query()
	var found []*Record
	sql := q.Get("query")
	switch {
	case bySubject.MatchString(sql):
		if r := l.bySubject(bySubject.FindStringSubmatch(sql)[1]); r != nil {
			found = append(found, r)
		}
	case byDigest.MatchString(sql):
		for _, r := range l.records {
			if sum := sha256.Sum256([]byte(r.Email)); hex.EncodeToString(sum[:]) == byDigest.FindStringSubmatch(sql)[1] {
				found = append(found, r)
			}
		}
	case bySince.MatchString(sql):
		at, err := time.Parse(time.RFC3339, bySince.FindStringSubmatch(sql)[1])
		if err != nil {
			e.say(400, nil)
			return
		}
		for _, r := range l.records {
			for _, since := range r.Since {
				if !since.Before(at) {
					found = append(found, r)
					break
				}
			}
		}
	default:
		e.say(400, map[string]any{"message": "bad query"})
		return
	}
	each, _ := strconv.Atoi(q.Get("per_page"))
	page, _ := strconv.Atoi(q.Get("page"))
	from := min(max(page-1, 0)*each, len(found))
	results := []any{}
	for _, r := range found[from:min(from+each, len(found))] {
		results = append(results, l.write(r))
	}
	e.say(200, map[string]any{"data": map[string]any{"results": results, "total": len(found)}})
}

func (l *Listmonk) write(r *Record) map[string]any {
	attribs, lists := map[string]any{}, []any{}
	for k, v := range r.Fields {
		attribs[k] = v
	}
	if r.Subject != "" {
		attribs["living_profile"] = r.Subject
	}
	for topic, allowed := range r.Topics {
		id, _ := strconv.Atoi(topic)
		status := map[bool]string{true: "confirmed", false: "unsubscribed"}[allowed]
		lists = append(lists, map[string]any{
			"id": id, "subscription_status": status, "subscription_updated_at": r.Since[topic].Format("2006-01-02T15:04:05.999999-07:00"),
		})
	}
	return map[string]any{
		"id": r.ID, "email": r.Email, "attribs": attribs, "status": "enabled", "lists": lists, "updated_at": r.Changed.Format(time.RFC3339Nano),
	}
}

func (l *Listmonk) create(e *exchange) {
	switch email := e.word("email"); {
	case email == "":
		e.say(400, map[string]any{"message": "Invalid e-mail"})
	case l.byEmail(email) != nil:
		e.say(409, map[string]any{"message": "E-mail already exists."})
	default:
		r := l.add(Record{Email: email})
		l.attribs(e, r)
		e.say(200, map[string]any{"data": l.write(r)})
	}
}

func (l *Listmonk) attribs(e *exchange, r *Record) {
	attribs, _ := e.at("attribs").(map[string]any)
	for k, v := range attribs {
		if k == "living_profile" {
			r.Subject, _ = v.(string)
			continue
		}
		r.Fields[k] = v
	}
}

func (l *Listmonk) patch(e *exchange, r *Record) {
	if r == nil {
		e.say(400, map[string]any{"message": "Subscriber not found"})
		return
	}
	if email := e.word("email"); email != "" {
		r.Email = email
	}
	l.attribs(e, r)
	r.Changed = l.now()
	e.say(200, map[string]any{"data": l.write(r)})
}

func (l *Listmonk) lists(e *exchange) {
	ids, _ := e.at("ids").([]any)
	lists, _ := e.at("target_list_ids").([]any)
	if len(ids) == 0 || len(lists) == 0 || !slices.Contains([]string{"add", "unsubscribe"}, e.word("action")) {
		e.say(400, nil)
		return
	}
	for i := range ids {
		r := l.byID(e.word("ids", strconv.Itoa(i)))
		for k := range lists {
			if _, number := lists[k].(float64); !number {
				e.say(400, map[string]any{"message": "Invalid IDs"})
				return
			}
			list := e.word("target_list_ids", strconv.Itoa(k))
			_, on := r.topic(list)
			switch {
			case r == nil:
			case e.word("action") == "add" && on && e.word("status") == "": // it stays as it was
			case e.word("action") == "add":
				was := r.Since[list] // which adding does not move
				l.say(r, list, e.word("status") == "confirmed")
				if on {
					r.Since[list] = was
				}
			case on: // who is on no list is not taken from it
				l.say(r, list, false)
				r.Since[list] = l.now()
			}
		}
	}
	e.say(200, map[string]any{"data": true})
}

func (r *Record) topic(name string) (allowed, has bool) {
	if r == nil {
		return false, false
	}
	allowed, has = r.Topics[name]
	return allowed, has
}
