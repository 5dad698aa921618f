package connector

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/folder"
	"livingprofile/internal/hook"
	"livingprofile/internal/pull"
)

// A Link is a system that is spoken to by a connector, as it is declared.
type Link struct {
	Name   string
	URL    string
	Secret string            `json:",omitempty"` // name of the file with the key; "" for none
	Every  time.Duration     `json:",omitempty"` // how often it is asked; 0 for never
	Brands []string          `json:",omitempty"` // it is for; empty for all
	Topics map[string]string `json:",omitempty"` // by purpose: what the other side calls it
	Fields map[string]string `json:",omitempty"` // by field: what the other side calls it
	// Text is the file that lay beside the declaration; "" for the built-in one.
	Text string `json:",omitempty"`
}

// Endpoint is the name of the endpoint that a link makes.
const Endpoint = "connector"

// File returns the description that the link names.
func (l *Link) File() (*File, error) {
	text := []byte(l.Text)
	if l.Text == "" {
		var ok bool
		if text, ok = Source(l.Name); !ok {
			return nil, Faults{{Text: "there is no connector " + l.Name}}
		}
	}
	return Parse(text)
}

// Target returns where system, which works for purposes and may hold fields, is
// told what changed; false when the connector only asks. What a file that cannot
// be read would say waits for one that can.
func (l *Link) Target(system string, purposes, fields []string) (hook.Target, bool) {
	f, err := l.File()
	if err == nil && (f.Kind == HTTP || f.Kind == Folder) && f.Push == nil {
		return hook.Target{}, false
	}
	t := hook.NewTarget(system, hook.Endpoint{
		Name: Endpoint, URL: l.URL, Brands: l.Brands, Body: hook.Full,
	}, purposes, fields)
	switch {
	case err != nil:
		t.Speaks, t.Unreadable = l.Name, err.Error()
	case f.Kind == Folder:
		t.Speaks, t.URL = l.Name, system+"/"+folder.Out
	case f.Kind != Webhook:
		t.Speaks = l.Name
	}
	return t, true
}

// Feed returns how the system is asked, or that it leaves files; false for a link
// that is only told.
func (l *Link) Feed(system string) (pull.Feed, bool) {
	f, err := l.File()
	if err != nil || f.Pull == nil || l.Every <= 0 {
		return pull.Feed{}, false
	}
	p := f.Pull
	if f.Kind == Folder {
		return pull.Feed{URL: system + "/" + folder.In, Every: l.Every, Map: p.Map.of(l), Speaks: l.Name, Folder: true}, true
	}
	method, target, _ := strings.Cut(p.Request.Request, " ")
	columns := l.columns(p)
	target = strings.ReplaceAll(target, "{columns}", url.QueryEscape(strings.Join(columns, ",")))
	feed := pull.Feed{
		URL: strings.TrimSuffix(l.URL, "/") + escaped(target), Method: method, Every: l.Every, Items: p.Items, Speaks: l.Name,
		Walk: &pull.Walk{
			Begin: p.Begin, Newest: p.Newest, Count: p.Next.Count, Cursor: p.Next.Cursor, First: p.Next.First, Follow: p.Next.Follow,
		},
		Map: p.Map.of(l),
	}
	if p.Body != nil {
		keep := vars{"columns": columns, "since": "{since}", "page": "{page}", "cursor": "{cursor}"}
		filled, _ := keep.body(p.Body)
		body, _ := json.Marshal(filled) // it was YAML, so it can be JSON
		feed.Body = string(body)
	}
	return feed, true
}

// columns are what is asked for of each record.
func (l *Link) columns(p *Pull) []string {
	all := slices.Concat(p.Columns, slices.Sorted(maps.Values(l.Fields)))
	if p.Topics != "" {
		for _, topic := range slices.Sorted(maps.Values(l.Topics)) {
			all = append(all, strings.ReplaceAll(p.Topics, "{topic}", topic))
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c string) bool {
		before := seen[c]
		seen[c] = true
		return before
	})
}

// escaped writes what a query may not hold as it is, but for placeholders.
func escaped(target string) string {
	path, query, has := strings.Cut(target, "?")
	if !has {
		return target
	}
	return path + "?" + strings.NewReplacer(" ", "%20", "'", "%27", ">", "%3E", "<", "%3C", "[", "%5B", "]", "%5D", "(", "%28", ")", "%29").Replace(query)
}

// of returns the map for what a link declares.
func (m *Map) of(l *Link) pull.Map {
	into := pull.Map{
		ID: m.ID, Subject: m.Subject, Customer: m.Number, Learn: m.Number != "", Email: m.Email, Phone: m.Phone,
		At: m.At, Sequence: m.Sequence,
	}
	if m.Field != "" && len(l.Fields) > 0 {
		into.Fields = make(map[string]string, len(l.Fields))
		for ours, theirs := range l.Fields {
			into.Fields[ours] = strings.ReplaceAll(m.Field, "{field}", theirs)
		}
	}
	if m.Topic != nil && len(l.Topics) > 0 {
		into.Consents = make(map[string]pull.Stance, len(l.Topics))
		for purpose, topic := range l.Topics {
			in := func(path string) string { return strings.ReplaceAll(path, "{topic}", topic) }
			into.Consents[purpose] = pull.Stance{
				From: in(m.Topic.From), At: in(m.Topic.At), Confirmed: in(m.Topic.Confirmed), Proof: in(m.Topic.Proof),
				Yes: m.Topic.Yes, No: m.Topic.No,
			}
		}
	}
	return into
}
