// Package vendors has doubles of the products that connectors speak to:
// small servers that are shaped after the public descriptions of their
// interfaces, and refuse what those would refuse. They keep everything in
// memory, and a test may look into them and act in them as their own people do.
package vendors

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Record is a person as a product knows them.
type Record struct {
	ID      int
	Subject string // the name that we gave
	Email   string
	Fields  map[string]any
	Topics  map[string]bool
	Since   map[string]time.Time // of each topic
	Changed time.Time

	made time.Time
}

// A Book is what a double keeps. The zero Book is empty.
type Book struct {
	mu      sync.Mutex
	records []*Record
	last    int
	// Asked are the addresses that were asked for, as a log would have them.
	asked []string
	// Now is the product's own clock; nil for the machine's.
	Now func() time.Time
}

func (b *Book) now() time.Time {
	if b.Now != nil {
		return b.Now().UTC()
	}
	return time.Now().UTC()
}

// Asked returns the addresses that were asked for.
func (b *Book) Asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// Add makes a record past the interface, as a form of the product's own does.
func (b *Book) Add(r Record) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.add(r).ID
}

func (b *Book) add(r Record) *Record {
	b.last++
	r.ID, r.Changed = b.last, b.now()
	r.made = r.Changed
	if r.Fields == nil {
		r.Fields = map[string]any{}
	}
	if r.Topics == nil {
		r.Topics = map[string]bool{}
	}
	r.Since = map[string]time.Time{}
	for topic := range r.Topics {
		r.Since[topic] = r.Changed
	}
	b.records = append(b.records, &r)
	return &r
}

// Records returns what is kept.
func (b *Book) Records() []Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Record
	for _, r := range b.records {
		all = append(all, *r)
	}
	return all
}

// Say changes a topic of everybody who is known by an address, as the person
// does in the product.
func (b *Book) Say(email, topic string, allowed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		if r.Email == email {
			b.say(r, topic, allowed)
		}
	}
}

func (b *Book) say(r *Record, topic string, allowed bool) {
	if was, has := r.Topics[topic]; !has || was != allowed {
		r.Since[topic] = b.now()
	}
	r.Topics[topic], r.Changed = allowed, b.now()
}

func (b *Book) find(is func(*Record) bool) *Record {
	for _, r := range b.records {
		if is(r) {
			return r
		}
	}
	return nil
}

func (b *Book) byID(text string) *Record {
	id, _ := strconv.Atoi(text)
	return b.find(func(r *Record) bool { return r.ID == id })
}

func (b *Book) byEmail(email string) *Record {
	return b.find(func(r *Record) bool { return strings.EqualFold(r.Email, email) })
}

func (b *Book) bySubject(name string) *Record {
	return b.find(func(r *Record) bool { return r.Subject == name && name != "" })
}

func (b *Book) drop(r *Record) {
	b.records = slices.DeleteFunc(b.records, func(o *Record) bool { return o == r })
}

// since returns who changed at or after a moment, oldest first.
func (b *Book) since(at time.Time) []*Record {
	var all []*Record
	for _, r := range b.records {
		if !r.Changed.Before(at) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(x, y *Record) int { return x.Changed.Compare(y.Changed) })
	return all
}

// An exchange is one request with its answer.
type exchange struct {
	w    http.ResponseWriter
	r    *http.Request
	body map[string]any
}

// serve notes a request and lets answer have it, one at a time.
func (b *Book) serve(w http.ResponseWriter, r *http.Request, key string, answer func(*exchange)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, r.Method+" "+r.URL.RequestURI())
	e := &exchange{w: w, r: r}
	text, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	if len(text) > 0 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && json.Unmarshal(text, &e.body) != nil {
		e.say(http.StatusBadRequest, map[string]any{"message": "no JSON"})
		return
	}
	if r.Header.Get("Authorization") != key {
		e.say(http.StatusForbidden, map[string]any{"message": "invalid credentials"})
		return
	}
	answer(e)
}

func (e *exchange) say(status int, v any) {
	e.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	e.w.WriteHeader(status)
	if v != nil {
		_ = json.NewEncoder(e.w).Encode(v)
	}
}

// at reads a member of the request's body.
func (e *exchange) at(path ...string) any {
	var v any = e.body
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (e *exchange) word(path ...string) string {
	switch v := e.at(path...).(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// is tells whether the request is of a method and matches a path, whose part *
// it returns.
func (e *exchange) is(method, pattern string) (string, bool) {
	before, after, has := strings.Cut(pattern, "*")
	path := e.r.URL.Path
	if e.r.Method != method || !has && path != pattern || !strings.HasPrefix(path, before) || !strings.HasSuffix(path, after) {
		return "", false
	}
	part := path[len(before):max(len(path)-len(after), len(before))]
	return part, !has || part != "" && !strings.Contains(part, "/")
}
