package vendors_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"livingprofile/cmd/vendors"
	"livingprofile/internal/connector"
	"livingprofile/internal/hook"
)

// TestCarry_lag: a no that comes seconds after the yes that made a record reaches
// it, although a search does not find it yet; by the number that was learnt.
func TestCarry_lag(t *testing.T) {
	t.Parallel()
	for name, v := range products() {
		if name == "rest" || name == "listmonk" || name == "salesforce" { // they are found by their own index, at once
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if h, is := v.Handler.(*vendors.HubSpot); is {
				h.Lag = time.Hour
			}
			server := httptest.NewServer(v)
			defer server.Close()
			v.URL = server.URL
			var numbers []string
			s := &connector.Speaker{
				Door: door(t), Secret: func(string) (string, error) { return v.key, nil },
				Learn: func(_ context.Context, _, _, who, number string) error {
					if who == "aiko" {
						numbers = append(numbers, number)
					}
					return nil
				},
			}
			says := func(p hook.Parcel, want string) {
				t.Helper()
				p.Data.KnownAs = numbers
				if r := s.Carry(t.Context(), &v.Link, p); status(r) != want {
					t.Fatalf("got %q (%d), want %q", status(r), r.Status, want)
				}
			}
			says(parcel("aiko", 1, true), "applied")
			if len(numbers) != 1 || numbers[0] != "1" {
				t.Fatalf("learnt %q", numbers)
			}
			says(parcel("aiko", 2, false), "applied")
			if r := v.book.Records(); len(r) != 1 || r[0].Topics[v.Topics["newsletter"]] {
				t.Errorf("got %+v", r)
			}
			gone := hook.Parcel{Message: hook.Message{Type: "subject.erased", Data: hook.Content{Subject: "aiko", Version: 3, Erased: true}}}
			says(gone, "applied")
			// The number leads nowhere now, and a yes makes a record anew.
			says(parcel("aiko", 4, true), "applied")
			if r := v.book.Records(); len(r) != 1 || r[0].ID != 2 || !r[0].Topics[v.Topics["newsletter"]] {
				t.Errorf("made anew: got %+v", r)
			}
		})
	}
}
