package pull_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/pull"
)

func TestMap(t *testing.T) {
	t.Parallel()
	m := pull.Map{
		ID: "event", Customer: "no", Email: "mail.main", At: "changed", Sequence: "n",
		Fields: map[string]string{"phone": "mobile"},
		Consents: map[string]pull.Stance{"news": {
			From: "asks", At: "said", Confirmed: "second", Proof: "form", Yes: []string{"true"}, No: []string{"false", "never"},
		}},
	}
	for name, tt := range map[string]struct {
		record string
		want   []string
	}{
		"values and decisions apart": {
			`{"event":7,"no":4711,"mail":{"main":"a@example.org"},"changed":"2026-01-01T00:00:00Z","n":3,"mobile":"1","asks":true}`,
			[]string{
				`{"at":"2026-01-01T00:00:00Z","attributes":{"phone":{"value":"1"}},"id":"7","identifiers":[{"kind":"customer","value":"4711"},{"kind":"email","value":"a@example.org"}],"sequence":3}`,
				`{"consent":{"channel":"pull","purpose":"news","status":"given"},"id":"7/news","identifiers":[{"kind":"customer","value":"4711"},{"kind":"email","value":"a@example.org"}],"sequence":3}`,
			},
		},
		"a no may be dated by the record": {
			`{"event":"e","no":"1","changed":"2026-01-01T00:00:00Z","asks":false}`,
			[]string{`{"at":"2026-01-01T00:00:00Z","consent":{"channel":"pull","purpose":"news","status":"refused"},"id":"e/news","identifiers":[{"kind":"customer","value":"1"}]}`},
		},
		"a yes with a time of its own": {
			`{"event":"e","no":"1","changed":"2026-01-02T00:00:00Z","asks":true,"said":"2026-01-01 00:00:00"}`,
			[]string{`{"at":"2026-01-02T00:00:00Z","consent":{"at":"2026-01-01T00:00:00Z","channel":"pull","purpose":"news","status":"given"},"id":"e/news@2026-01-01T00:00:00Z","identifiers":[{"kind":"customer","value":"1"}]}`},
		},
		"a yes that was confirmed": {
			`{"event":"e","no":"1","asks":true,"said":"2026-01-01T00:00:00Z","second":"2026-01-03T00:00:00Z"}`,
			[]string{`{"consent":{"at":"2026-01-03T00:00:00Z","channel":"pull","confirmed":true,"proof":"confirmed by mail 2026-01-03T00:00:00Z","purpose":"news","status":"given"},"id":"e/news@2026-01-03T00:00:00Z","identifiers":[{"kind":"customer","value":"1"}]}`},
		},
		"a yes with another proof": {
			`{"event":"e","no":"1","asks":true,"said":"2026-01-01T00:00:00Z","form":17}`,
			[]string{`{"consent":{"at":"2026-01-01T00:00:00Z","channel":"pull","proof":"17","purpose":"news","status":"given"},"id":"e/news@2026-01-01T00:00:00Z","identifiers":[{"kind":"customer","value":"1"}]}`},
		},
		"null is nothing any more": {
			`{"event":"e","no":"1","mobile":null}`,
			[]string{`{"attributes":{"phone":{"value":null}},"id":"e","identifiers":[{"kind":"customer","value":"1"}]}`},
		},
		"a no in other letters": {
			`{"event":"e","no":"1","asks":"Never"}`,
			[]string{`{"consent":{"channel":"pull","purpose":"news","status":"refused"},"id":"e/news","identifiers":[{"kind":"customer","value":"1"}]}`},
		},
		"what is missing says nothing": {`{"event":"e","no":"1","asks":"perhaps"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := m.Changes(json.RawMessage(tt.record))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range changes {
				var all map[string]any
				if err := json.Unmarshal(c, &all); err != nil {
					t.Fatal(err)
				}
				if names, ok := all["identifiers"].([]any); ok {
					slices.SortFunc(names, func(a, b any) int {
						return slices.Compare([]string{a.(map[string]any)["kind"].(string)}, []string{b.(map[string]any)["kind"].(string)})
					})
				}
				b, _ := json.Marshal(all)
				got = append(got, string(b))
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzMap(f *testing.F) {
	f.Add(`{"event":"e","no":"1","asks":"Never"}`)
	f.Add(`{"changes":[{"a":{"b":1}}]}`)
	feed := pull.Feed{Map: pull.Map{ID: "event", Subject: "no", Fields: map[string]string{"phone": "a.b"}}}
	f.Fuzz(func(t *testing.T, page string) {
		changes, _ := feed.Preview([]byte(page))
		for _, c := range changes {
			if !json.Valid(c) {
				t.Errorf("got %q", c)
			}
		}
	})
}
