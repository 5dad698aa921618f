package api_test

import (
	"net/http"
	"testing"
	"time"

	"livingprofile/internal/testkit"
)

// TestDecisions_of_a_child: the law of kawara's country lets people consent
// alone from 13 on, and that of hibiki's names no age.
func TestDecisions_of_a_child(t *testing.T) {
	for _, e := range testkit.Engines {
		t.Run(string(e), func(t *testing.T) {
			k := newKit(t, e)
			k.clock.Advance(22 * 24 * time.Hour) // his pause is over
			key, everywhere := k.key(forBrand("kawara")), k.key()
			say := func(status string) {
				t.Helper()
				k.clock.Advance(time.Second)
				here := k.key(forBrand("kawara"))
				k.want(http.StatusCreated, nil, here, "POST", k.lookup(here, thomas)+"/consents", `{"purpose":"newsletter","status":"`+status+
					`","at":"`+k.clock.Now().UTC().Format(time.RFC3339Nano)+`","confirmed":true,"proof":"a form"}`)
			}
			say("given")
			if got := k.may(key, "newsletter", "", thomas)[0]; !got.Allow {
				t.Fatalf("before: got %+v", got)
			}
			var made struct{ ID string }
			k.want(http.StatusCreated, &made, key, "POST", "/api/v1/audiences",
				`{"name":"test","purpose":"newsletter","where":{"field":"event-city","compare":"known"}}`)
			young := k.count(key, made.ID).LeftOut["minor"]

			now := k.clock.Now()
			birthday := now.AddDate(-13, 0, 10).Format(time.DateOnly)
			if got := k.tell(everywhere, about("1", thomas, `"attributes":{"birthday":{"value":"`+birthday+`","at":"`+now.Format(time.RFC3339)+`"}}`)).short(); got[0] != "applied" {
				t.Fatalf("the birthday: %v", got)
			}
			got := k.may(key, "newsletter", "", thomas)[0]
			london, err := time.LoadLocation("Europe/London")
			if err != nil {
				t.Fatal(err)
			}
			year, month, day := now.AddDate(0, 0, 10).Date()
			if want := time.Date(year, month, day, 0, 0, 0, 0, london); got.Allow || got.Reasons[0] != "minor" || !got.Until.Equal(want) {
				t.Errorf("a child: got %+v, want until %v", got, want)
			}
			tokyo, err := time.LoadLocation("Asia/Tokyo")
			if err != nil {
				t.Fatal(err)
			}
			got = k.may(k.key(forBrand("hibiki")), "recommendations", "", thomas)[0]
			if want := time.Date(year+3, month, day, 0, 0, 0, 0, tokyo); got.Reasons[0] != "minor" || !got.Until.Equal(want) {
				t.Errorf("under a law with another age: got %+v, want until %v", got, want)
			}
			if got := k.count(key, made.ID).LeftOut["minor"]; got != young+1 {
				t.Errorf("the audience leaves out %d children, want %d", got, young+1)
			}
			k.clock.Advance(11 * 24 * time.Hour)
			if got := k.may(k.key(forBrand("kawara")), "newsletter", "", thomas)[0]; got.Allow || got.Reasons[0] != "not_asked" {
				t.Errorf("of age, and the yes was a child's: got %+v", got)
			}
			say("refused")
			say("given")
			if got := k.may(k.key(forBrand("kawara")), "newsletter", "", thomas)[0]; !got.Allow {
				t.Errorf("a yes of their own: got %+v", got)
			}
		})
	}
}
