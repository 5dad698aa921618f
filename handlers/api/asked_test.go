package api

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fastBodies are such as callers send, and are read without encoding/json.
var fastBodies = [...]string{
	`{"purpose":"newsletter","subjects":["06g0000000000000000000000a","06g0000000000000000000000g"]}`,
	`{"purpose":"newsletter","channel":"email","at":"2026-03-12T09:00:00Z","record":true,"automated":"credit","subjects":["a\u00e9\n"]}`,
	`{"subjects":[]}`,
	`{}`,
}

func TestDecideRequest(t *testing.T) {
	for _, text := range fastBodies {
		if in := (&decideRequest{}); !in.scan(text) {
			t.Errorf("%s is not read fast", text)
		}
	}
	for _, text := range []string{
		`{"purpose":"a","purpose":"b"}`, `{"Purpose":"a"}`, `{"subjects":null}`, `{"record":false}`, `{"subjects":[1]}`,
		`{"identifiers":[]}`, `{"other":1}`, `{"purpose":"a"}{}`, "", "[]", "{\"purpose\":\"\xff\"}", `{ "purpose": "a" }`,
	} {
		if in := (&decideRequest{}); in.scan(text) {
			t.Errorf("%q is read fast, as %+v", text, in)
		}
	}
}

// FuzzDecideRequest looks for a body that is read otherwise than every other
// body is, or read where that would be refused.
func FuzzDecideRequest(f *testing.F) {
	for _, text := range fastBodies {
		f.Add(text)
	}
	f.Add(`{"at":"x","at":"y","subjects":["\ud800"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var fast, slow decideRequest
		if !fast.scan(text) {
			return
		}
		if err := decodeText([]byte(text), &slow); err != nil {
			t.Fatalf("%q is read as %+v, and would be refused: %v", text, fast, err)
		}
		if diff := cmp.Diff(fast, slow); diff != "" {
			t.Errorf("%q (-fast +slow):\n%s", text, diff)
		}
	})
}

func BenchmarkDecideRequest(b *testing.B) {
	body := `{"purpose":"newsletter","subjects":["` + strings.Repeat(`06g0000000000000000000000a","`, 999) + `06g0000000000000000000000a"]}`
	for name, read := range map[string]func(in *decideRequest) bool{
		"by_hand":       func(in *decideRequest) bool { return in.scan(body) },
		"encoding_json": func(in *decideRequest) bool { return decodeText([]byte(body), in) == nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if in := (&decideRequest{}); !read(in) || len(in.Subjects) != 1000 {
					b.Fatal("it is not read")
				}
			}
		})
	}
}

// TestShare: a limit is neither passed nor counted at each request.
func TestShare(t *testing.T) {
	for perMinute, want := range map[int]int{1: 1, 9: 9, 10: 10, 600: 10, 6000: 100} {
		if got := (&API{Deps: Deps{PerMinute: perMinute}}).share(); got != want {
			t.Errorf("of %d a minute: got %d, want %d", perMinute, got, want)
		}
	}
}
