package connector_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"livingprofile/internal/connector"
	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
)

// A provider is a SCIM service provider that says what it is told to say.
type provider struct {
	asked   []string // method and path, with If-Match
	answers map[string][]outbound.Answer
}

func (p *provider) Post(_ context.Context, l outbound.Letter) (outbound.Answer, error) {
	way := l.Method + " " + strings.TrimPrefix(l.URL, "https://dir.example.com/v2")
	way, _, _ = strings.Cut(way, "?")
	p.asked = append(p.asked, strings.TrimSpace(way+" "+l.Headers["If-Match"]))
	queue := p.answers[way]
	if len(queue) == 0 {
		return outbound.Answer{Status: 404}, nil
	}
	if len(queue) > 1 {
		p.answers[way] = queue[1:]
	}
	return queue[0], nil
}

func says(status int, body string) outbound.Answer {
	return outbound.Answer{Status: status, Body: []byte(body)}
}

// TestDirectory_answers: what a provider may answer, and what becomes of it.
func TestDirectory_answers(t *testing.T) {
	const (
		search = "POST /Users/.search"
		nobody = `{"totalResults":0,"Resources":[]}`
		user   = `{"id":"7","externalId":"alias","active":true,"name":{"givenName":"Old"},"meta":{"version":"W/\"1\""}}`
		found  = `{"totalResults":1,"Resources":[` + user + `]}`
	)
	for name, tt := range map[string]struct {
		answers map[string][]outbound.Answer
		knownAs []string
		deny    bool
		erased  bool
		want    string // status of the acknowledgement, or the cause
		retry   string
		asked   string
	}{
		"made":            {map[string][]outbound.Answer{search: {says(200, nobody)}, "POST /Users": {says(201, user)}}, nil, false, false, "applied", "", search + ", POST /Users"},
		"asked_by_GET":    {map[string][]outbound.Answer{search: {says(405, "")}, "GET /Users": {says(200, nobody)}, "POST /Users": {says(201, user)}}, nil, false, false, "applied", "", search + ", GET /Users, POST /Users"},
		"changed":         {map[string][]outbound.Answer{search: {says(200, found)}, "PATCH /Users/7": {says(204, "")}}, nil, false, false, "applied", "", search + `, PATCH /Users/7 W/"1"`},
		"by_its_id":       {map[string][]outbound.Answer{"GET /Users/7": {says(200, user)}, "PATCH /Users/7": {says(200, user)}}, []string{"7"}, false, false, "applied", "", `GET /Users/7, PATCH /Users/7 W/"1"`},
		"an_id_that_went": {map[string][]outbound.Answer{search: {says(200, nobody)}, "POST /Users": {says(201, user)}}, []string{"7"}, false, false, "applied", "", "GET /Users/7, " + search + ", POST /Users"},
		"changed_meanwhile": {
			map[string][]outbound.Answer{search: {says(200, found)}, "PATCH /Users/7": {says(412, ""), says(200, user)}},
			nil, false, false, "applied", "",
			search + `, PATCH /Users/7 W/"1", ` + search + `, PATCH /Users/7 W/"1"`,
		},
		"never_still": {map[string][]outbound.Answer{search: {says(200, found)}, "PATCH /Users/7": {says(412, "")}}, nil, false, false, "contested", "", ""},
		"made_meanwhile": {
			map[string][]outbound.Answer{search: {says(200, nobody), says(200, found)}, "POST /Users": {says(409, "")}, "PATCH /Users/7": {says(200, user)}}, nil, false, false, "applied", "", "",
		},
		"a_name_that_is_taken": {map[string][]outbound.Answer{search: {says(200, nobody)}, "POST /Users": {says(409, "")}}, nil, false, false, "refused", "", ""},
		"too_many":             {map[string][]outbound.Answer{search: {{Status: 429, RetryAfter: "7"}}}, nil, false, false, "429", "7", ""},
		"no":                   {map[string][]outbound.Answer{search: {says(200, nobody)}}, nil, true, false, "not_held", "", search},
		"erased":               {map[string][]outbound.Answer{search: {says(200, found)}, "DELETE /Users/7": {says(204, "")}}, nil, true, true, "applied", "", search + ", DELETE /Users/7"},
		"lies":                 {map[string][]outbound.Answer{search: {says(200, `{"Resources":[{"id":7}]}`)}, "POST /Users": {says(201, `[]`)}}, nil, false, false, "applied", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := &provider{answers: tt.answers}
			learnt := ""
			s := &connector.Speaker{Door: p, Secret: func(string) (string, error) { return "key", nil }, Learn: func(_ context.Context, system, _, name, number string) error {
				learnt = system + " " + name + " " + number
				return nil
			}}
			l := &connector.Link{Name: "scim", URL: "https://dir.example.com/v2", Secret: "k", Fields: map[string]string{"given": "name.givenName", "mail": "emails"}}
			parcel := hook.Parcel{ID: "e", System: "desk"}
			parcel.Data.Subject, parcel.Data.KnownAs, parcel.Data.Erased = "alias", tt.knownAs, tt.erased
			parcel.Data.Permissions = []hook.Permission{{Purpose: "news", Allow: !tt.deny}}
			parcel.Data.Fields = map[string]string{"given": "New", "mail": "a@example.com"}
			r := s.Carry(t.Context(), l, parcel)
			var said struct{ Status string }
			_ = json.Unmarshal(r.Body, &said)
			got := said.Status
			switch {
			case r.Cause != "":
				got = r.Cause
			case got == "" && r.Status == 429:
				got = "429"
			}
			if got != tt.want || r.RetryAfter != tt.retry {
				t.Errorf("got %s %+v, want %s", got, r, tt.want)
			}
			if asked := strings.Join(p.asked, ", "); tt.asked != "" && asked != tt.asked {
				t.Errorf("asked %s, want %s", asked, tt.asked)
			}
			if name == "made" && learnt != "desk alias 7" {
				t.Errorf("learnt %q", learnt)
			}
		})
	}
}
