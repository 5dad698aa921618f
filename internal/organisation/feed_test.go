package organisation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/organisation"
	"livingprofile/internal/profile"
	"livingprofile/internal/pull"
)

// desk is an organisation with one system.
func desk() *organisation.Organisation {
	return organisation.New(organisation.Organisation{
		Revision: 3,
		Fields:   []profile.Field{{Name: "phone"}, {Name: "birthday"}},
		Systems:  []organisation.System{{Name: "crm", Rank: 1, Source: true, Fields: []string{"phone"}}},
	})
}

func TestReadFeed(t *testing.T) {
	t.Parallel()
	o := desk()
	system, _ := o.System("crm")
	const well = "url: https://crm.example.com/feed\nevery: 5m\nmap:\n  id: event\n  customer: number\n  fields:\n    phone: mobile\n"
	f, err := o.ReadFeed(system, well)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := organisation.PrintFeed(f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(well, printed); diff != "" {
		t.Errorf("printed again: (-want +got)\n%s", diff)
	}
	for name, tt := range map[string]struct {
		change [2]string
		line   int
		path   string
	}{
		"a field it may not hold":    {[2]string{"phone: mobile", "birthday: born"}, 7, "map.fields.birthday"},
		"a word that is not known":   {[2]string{"  id: event", "  idd: event\n  id: event"}, 4, "map.idd"},
		"no id":                      {[2]string{"  id: event\n", ""}, 3, "map.id"},
		"nobody":                     {[2]string{"  customer: number\n", ""}, 3, "map"},
		"an address to nowhere":      {[2]string{"https://", "gopher://"}, 1, "url"},
		"too often":                  {[2]string{"5m", "1ms"}, 2, "every"},
		"no YAML":                    {[2]string{"map:\n", "map: [\n"}, 0, ""},
		"a choice that is not there": {[2]string{"  fields:", "  consents:\n    news: {from: n, yes: [y]}\n  fields:"}, 6, "map.consents"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.ReadFeed(system, strings.Replace(well, tt.change[0], tt.change[1], 1))
			var ps organisation.Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("got %v, want problems", err)
			}
			if p := ps[0]; tt.line > 0 && p.Line != tt.line || !strings.HasPrefix(p.Path, tt.path) {
				t.Errorf("got %+v, want line %d and path %s", p, tt.line, tt.path)
			}
		})
	}
}

func TestWithFeed(t *testing.T) {
	t.Parallel()
	o := desk()
	f := &pull.Feed{URL: "https://crm.example.com/feed", Every: time.Minute}
	p := o.WithFeed("crm", f, tuesday)
	if len(p.Steps) != 1 || len(p.Next.Edits) == 0 || p.Next.Revision != 4 || p.Next.Feeds()["crm"].URL != f.URL {
		t.Errorf("got %+v", p)
	}
	if len(o.Feeds()) != 0 {
		t.Error("what stood is changed")
	}
	if again := p.Next.WithFeed("crm", f, tuesday); !again.Empty() || again.Next != p.Next {
		t.Errorf("the same again: got %+v", again.Steps)
	}
}

// TestPrintFeed_decisions: saving what the editor shows once lost the times of
// decisions.
func TestPrintFeed_decisions(t *testing.T) {
	t.Parallel()
	f := &pull.Feed{Every: time.Minute, Map: pull.Map{ID: "event", Consents: map[string]pull.Stance{
		"news": {From: "wants", At: "wanted", Confirmed: "second", Proof: "form", No: []string{"n"}},
	}}}
	printed, err := organisation.PrintFeed(f)
	if want := "      from: wants\n      at: wanted\n      confirmed: second\n      proof: form\n"; err != nil || !strings.Contains(printed, want) {
		t.Errorf("got %v\n%s, want in it\n%s", err, printed, want)
	}
}
