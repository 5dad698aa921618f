package vendors_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/cmd/vendors"
	"livingprofile/internal/connector"
	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
	"livingprofile/internal/pull"
)

// A vendor is a double with what an organisation would declare of it.
type vendor struct {
	connector.Link
	http.Handler
	book  *vendors.Book
	key   string
	field string // what the family name is called there
	value string // … where it is, in a record that the double keeps
	match bool   // people who were there before are found by their address
	makes bool   // a record is made of what is only denied
}

func products() map[string]vendor {
	listmonk := &vendors.Listmonk{Key: "api:key"}
	mautic := &vendors.Mautic{Key: "api:key"}
	hubspot := &vendors.HubSpot{Key: "key"}
	salesforce := &vendors.Salesforce{Key: "id:key"}
	rest := &vendors.REST{Key: "key"}
	link := func(name, topic, field string) connector.Link {
		return connector.Link{
			Name: name, Secret: name, Every: time.Minute, Topics: map[string]string{"newsletter": topic}, Fields: map[string]string{"family-name": field},
		}
	}
	return map[string]vendor{
		"listmonk":   {link("listmonk", "3", "family"), listmonk, &listmonk.Book, listmonk.Key, "family", "Sato", true, false},
		"mautic":     {link("mautic", "email", "lastname"), mautic, &mautic.Book, mautic.Key, "lastname", "Sato", true, false},
		"hubspot":    {link("hubspot", "77", "lastname"), hubspot, &hubspot.Book, hubspot.Key, "lastname", "Sato", true, false},
		"salesforce": {link("salesforce", "Newsletter__c", "LastName"), salesforce, &salesforce.Book, salesforce.Key, "LastName", "Sato", true, false},
		"rest":       {link("rest", "newsletter", "family-name"), rest, &rest.Book, rest.Key, "family-name", "Sato", false, true},
	}
}

const address = "aiko.O'Sato+x@example.jp"

// parcel is what holds of Aiko.
func parcel(subject string, version int64, allow bool) hook.Parcel {
	p := hook.Parcel{ID: "e", Address: address, Message: hook.Message{Type: "consent.given", Data: hook.Content{
		Subject: subject, Version: version, Permissions: []hook.Permission{{Purpose: "newsletter", Brand: "hibiki", Allow: allow}},
	}}}
	if allow {
		p.Email, p.Data.Fields = address, map[string]string{"family-name": "Sato"}
	}
	return p
}

func door(t *testing.T) *outbound.Door {
	t.Helper()
	d, err := outbound.New(outbound.Options{Allow: []string{"127.0.0.1"}, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// status is what the other side is said to have done.
func status(r hook.Reply) string {
	var a struct{ Status, Reason string }
	_ = json.Unmarshal(r.Body, &a)
	return strings.TrimSpace(strings.Join([]string{a.Status, a.Reason, r.Cause}, " "))
}

// TestCarry: each product, spoken to by its file, ends up with what holds.
func TestCarry(t *testing.T) {
	t.Parallel()
	for name, v := range products() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(v)
			defer server.Close()
			v.URL = server.URL
			s := &connector.Speaker{Door: door(t), Secret: func(string) (string, error) { return v.key, nil }}
			says := func(p hook.Parcel, want string) {
				t.Helper()
				if r := s.Carry(t.Context(), &v.Link, p); status(r) != want {
					t.Fatalf("got %q (%d), want %q", status(r), r.Status, want)
				}
			}
			holds := func(wants ...map[string]bool) {
				t.Helper()
				var got []map[string]bool
				for _, r := range v.book.Records() {
					got = append(got, r.Topics)
				}
				if diff := cmp.Diff(wants, got); diff != "" {
					t.Fatalf("(-want +got)\n%s", diff)
				}
			}
			topic := v.Topics["newsletter"]
			if r := s.Check(t.Context(), "vendor", &v.Link); r.Status != 200 {
				t.Errorf("check: got %d %s", r.Status, r.Cause)
			}
			if !v.makes {
				says(parcel("aiko", 1, false), "not_held")
				holds()
			}
			says(parcel("aiko", 2, true), "applied")
			holds(map[string]bool{topic: true})
			if r := v.book.Records()[0]; r.Subject != "aiko" || r.Fields[v.field] != v.value {
				t.Errorf("got %+v", r)
			}
			says(parcel("aiko", 2, true), "applied") // again
			says(parcel("aiko", 3, false), "applied")
			holds(map[string]bool{topic: false})
			if value := v.book.Records()[0].Fields[v.field]; value != nil && value != "" {
				t.Errorf("a value that may not be had any more: got %v", value)
			}
			gone := hook.Parcel{Message: hook.Message{Type: "subject.erased", Data: hook.Content{Subject: "aiko", Version: 4, Erased: true}}}
			says(gone, "applied")
			holds()
			says(gone, "not_held")
			before(t, v, says, holds, topic)
			for _, asked := range v.book.Asked() {
				if low := strings.ToLower(asked); strings.Contains(low, "example.jp") || strings.Contains(low, "sato") {
					t.Errorf("in an address of the web: %s", asked)
				}
			}
		})
	}
}

// before is about somebody whom the product knew before we spoke of them.
func before(t *testing.T, v vendor, says func(hook.Parcel, string), holds func(...map[string]bool), topic string) {
	t.Helper()
	if !v.match {
		return
	}
	// listmonk keeps addresses in lower case.
	v.book.Add(vendors.Record{Email: strings.ToLower(address), Topics: map[string]bool{topic: true}, Fields: map[string]any{v.field: "Sato"}})
	if v.Name != "mautic" { // where an address would have to stand in one of the web
		says(parcel("aiko", 5, false), "applied")
		holds(map[string]bool{topic: false})
	}
	says(parcel("aiko", 6, true), "applied")
	holds(map[string]bool{topic: true})
	if r := v.book.Records()[0]; r.Subject != "aiko" {
		t.Errorf("it does not bear our name: %+v", r)
	}
}

// TestCarry_fails: what goes wrong over there is an answer like any other, and
// nothing is taken for a success that was none.
func TestCarry_fails(t *testing.T) {
	t.Parallel()
	for name, v := range products() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			down := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if down != 0 {
					w.Header().Set("Retry-After", "7")
					w.WriteHeader(down)
					return
				}
				v.ServeHTTP(w, r)
			}))
			defer server.Close()
			v.URL = server.URL
			key := "wrong:one"
			s := &connector.Speaker{Door: door(t), Secret: func(string) (string, error) { return key, nil }}
			r := s.Carry(t.Context(), &v.Link, parcel("aiko", 1, true))
			if r.Status/100 == 2 || r.Status == 0 && r.Cause != "no_secret" {
				t.Errorf("a wrong key: got %+v", r)
			}
			key = v.key
			for _, down = range []int{500, 429, 302} {
				want := down
				if v.Name == "salesforce" { // which gives no token either
					want = 0
				}
				if r := s.Carry(t.Context(), &v.Link, parcel("aiko", 1, true)); r.Status != want || r.Status != 0 && r.RetryAfter != "7" {
					t.Errorf("%d: got %+v", down, r)
				}
			}
			if down = 0; len(v.book.Records()) != 0 {
				t.Errorf("got %+v", v.book.Records())
			}
			if v.Name == "rest" {
				return
			}
			p := parcel("aiko", 1, true)
			p.Email, p.Address = "", ""
			if r := s.Carry(t.Context(), &v.Link, p); status(r) != "refused no_address" {
				t.Errorf("without an address: got %q", status(r))
			}
		})
	}
}

// A tray is where a puller of this test puts what it brought.
type tray struct {
	position pull.Position
	changes  []string
}

func (a *tray) PullPosition(_ context.Context, system string) (pull.Position, error) {
	return a.position, nil
}

func (a *tray) KeepPull(_ context.Context, p pull.Position) error {
	a.position = p
	return nil
}

// TestFeed: what people say over there comes back, once, in as many pages as
// there are, and nothing is asked for twice but the edge.
func TestFeed(t *testing.T) {
	t.Parallel()
	for name, v := range products() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(v)
			defer server.Close()
			v.URL = server.URL
			now := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
			v.book.Now = func() time.Time { return now }
			topic := v.Topics["newsletter"]
			for _, who := range []string{"aiko", "ben", "chie", "dai", "emi"} {
				now = now.Add(10 * time.Minute)
				v.book.Add(vendors.Record{
					Subject: who, Email: who + "@example.jp", Fields: map[string]any{v.field: strings.ToUpper(who)}, Topics: map[string]bool{topic: who != "ben"},
				})
			}
			box := &tray{}
			p := puller(t, v, box)
			feed, ok := v.Feed("vendor")
			if !ok {
				t.Fatal("no feed")
			}
			turn := func() []string {
				t.Helper()
				box.changes = nil
				if err := p.Read(t.Context(), "vendor", &feed); err != nil || box.position.Cause != "" {
					t.Fatalf("got %v, %q", err, box.position.Cause)
				}
				return box.changes
			}
			first := turn()
			for _, want := range []string{"aiko attributes AIKO", "emi attributes EMI", "ben consent refused"} {
				if !slices.Contains(first, want) {
					t.Errorf("got %v, want %s among them", first, want)
				}
			}
			now = now.Add(10 * time.Minute)
			v.book.Say("chie@example.jp", topic, false)
			second := turn()
			if !slices.Contains(second, "chie consent refused") {
				t.Errorf("got %v", second)
			}
			for _, c := range second {
				if strings.HasPrefix(c, "aiko") || strings.HasPrefix(c, "ben") {
					t.Errorf("%s came again", c)
				}
			}
		})
	}
}

func puller(t *testing.T, v vendor, box *tray) *pull.Puller {
	t.Helper()
	s := &connector.Speaker{Door: door(t), Secret: func(string) (string, error) { return v.key, nil }}
	return &pull.Puller{Deps: pull.Deps{
		Door: door(t), Store: box, Clock: fixed{}, Log: quiet(),
		Login: func(ctx context.Context, _ string) (map[string]string, error) { return s.Login(ctx, &v.Link) },
		Take: func(_ context.Context, _ string, changes []json.RawMessage, behind pull.Position) (pull.Position, map[int]string, error) {
			for _, raw := range changes {
				var c struct {
					Subject    string
					Attributes map[string]struct{ Value string }
					Consent    struct{ Status string }
				}
				if err := json.Unmarshal(raw, &c); err != nil {
					return behind, nil, err
				}
				for _, value := range slices.Collect(maps.Values(c.Attributes)) {
					box.changes = append(box.changes, c.Subject+" attributes "+value.Value)
				}
				if c.Consent.Status != "" {
					box.changes = append(box.changes, c.Subject+" consent "+c.Consent.Status)
				}
			}
			box.position = behind
			return behind, nil, nil
		},
	}}
}

// fixed is a clock that stands.
type fixed struct{}

func (fixed) Now() time.Time { return time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
