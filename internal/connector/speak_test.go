package connector_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/connector"
	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
)

// lists is listmonk with one subscriber, or none; it keeps what lists are told.
type lists struct {
	nobody bool
	told   []string
}

func (l *lists) Post(_ context.Context, letter outbound.Letter) (outbound.Answer, error) {
	way, _, _ := strings.Cut(letter.Method+" "+strings.TrimPrefix(letter.URL, "https://news.example.com/api"), "?")
	switch way {
	case "GET /subscribers":
		if l.nobody {
			return says(200, `{"data":{"results":[]}}`), nil
		}
		return says(200, `{"data":{"results":[{"id":7}]}}`), nil
	case "POST /subscribers":
		return says(200, `{"data":{"id":7}}`), nil
	case "PUT /subscribers/lists":
		var asked struct {
			Action string `json:"action"`
			Lists  []int  `json:"target_list_ids"`
		}
		_ = json.Unmarshal(letter.Body, &asked) // what is not read is missed below
		l.told = append(l.told, asked.Action+" "+string(rune('0'+asked.Lists[0])))
	}
	return says(200, `{"data":true}`), nil
}

// TestCarry_a_yes_is_said_once: who unsubscribes over there is not overruled by
// what is told for another reason before their word was read.
func TestCarry_a_yes_is_said_once(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		nobody bool
		before []string
		allow  []string // purposes
		told   []string
		said   []string
	}{
		"first":                  {false, nil, []string{"news", "tips"}, []string{"add 3", "add 4"}, []string{"3", "4"}},
		"again":                  {false, []string{"3", "4"}, []string{"news", "tips"}, nil, []string{"3", "4"}},
		"one more":               {false, []string{"3"}, []string{"news", "tips"}, []string{"add 4"}, []string{"3", "4"}},
		"a no":                   {false, []string{"3", "4"}, []string{"news"}, []string{"unsubscribe 4"}, []string{"3"}},
		"a no again":             {false, []string{"3"}, []string{"news"}, []string{"unsubscribe 4"}, []string{"3"}},
		"a yes after a no":       {false, []string{"3"}, []string{"news", "tips"}, []string{"add 4"}, []string{"3", "4"}},
		"another list":           {false, []string{"1", "2"}, []string{"news"}, []string{"add 3", "unsubscribe 4"}, []string{"3"}},
		"a record that was lost": {true, []string{"3", "4"}, []string{"news", "tips"}, []string{"add 3", "add 4"}, []string{"3", "4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &lists{nobody: tt.nobody}
			s := &connector.Speaker{Door: l, Secret: func(string) (string, error) { return "user:token", nil }}
			p := hook.Parcel{System: "news", Email: "ada@example.com", Address: "ada@example.com", Said: tt.before}
			p.Data.Subject = "alias"
			for _, purpose := range []string{"news", "tips"} {
				p.Data.Permissions = append(p.Data.Permissions, hook.Permission{Purpose: purpose, Brand: "b", Allow: slices.Contains(tt.allow, purpose)})
			}
			reply := s.Carry(t.Context(), &connector.Link{
				Name: "listmonk", URL: "https://news.example.com", Secret: "x", Topics: map[string]string{"news": "3", "tips": "4"},
			}, p)
			if reply.Status != 200 || !slices.Equal(l.told, tt.told) || !slices.Equal(reply.Said, tt.said) {
				t.Errorf("got %d, told %q, said %q; want %q and %q", reply.Status, l.told, reply.Said, tt.told, tt.said)
			}
		})
	}
}
