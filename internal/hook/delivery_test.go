package hook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/hook"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	waits := func(d time.Duration, cause string) hook.Delivery {
		return hook.Delivery{State: hook.Waiting, Attempt: 1, Tries: 1, Due: noon.Add(d), Tried: noon, Cause: cause}
	}
	over := func(s hook.State, cause string) hook.Delivery {
		return hook.Delivery{State: s, Attempt: 1, Tried: noon, Over: noon, Cause: cause}
	}
	says := func(body string) hook.Reply {
		return hook.Reply{Status: 200, Type: "application/json", Body: []byte(body)}
	}
	for name, tt := range map[string]struct {
		reply hook.Reply
		want  hook.Outcome
	}{
		"200 alone is received":                {hook.Reply{Status: 200}, hook.Outcome{Delivery: over(hook.Received, ""), Worked: true}},
		"202 is received":                      {hook.Reply{Status: 202}, hook.Outcome{Delivery: over(hook.Received, ""), Worked: true}},
		"applied":                              {says(`{"status":"applied"}`), hook.Outcome{Delivery: over(hook.Applied, ""), Worked: true}},
		"refused with a code":                  {says(`{"status":"refused","reason":"legal_hold"}`), hook.Outcome{Delivery: over(hook.Refused, "legal_hold"), Worked: true}},
		"words as a reason are dropped":        {says(`{"status":"refused","reason":"Ms Tanaka said so"}`), hook.Outcome{Delivery: over(hook.Refused, ""), Worked: true}},
		"not held":                             {says(`{"status":"not_held"}`), hook.Outcome{Delivery: over(hook.NotHeld, ""), Worked: true}},
		"an unknown status is received":        {says(`{"status":"waiting"}`), hook.Outcome{Delivery: over(hook.Received, ""), Worked: true}},
		"no JSON is received":                  {says(`<html>`), hook.Outcome{Delivery: over(hook.Received, ""), Worked: true}},
		"a page that looks like JSON is one":   {hook.Reply{Status: 200, Type: "text/html", Body: []byte(`{"status":"applied"}`)}, hook.Outcome{Delivery: over(hook.Received, ""), Worked: true}},
		"a redirect is a failure":              {hook.Reply{Status: 302}, hook.Outcome{Delivery: waits(5*time.Second, "redirect")}},
		"a wrong status is a failure":          {hook.Reply{Status: 404}, hook.Outcome{Delivery: waits(5*time.Second, "not_accepted")}},
		"an error of theirs":                   {hook.Reply{Status: 500}, hook.Outcome{Delivery: waits(5*time.Second, "server_error")}},
		"gone ends the endpoint":               {hook.Reply{Status: 410}, hook.Outcome{Delivery: waits(5*time.Second, "gone"), Gone: true}},
		"too many slows down":                  {hook.Reply{Status: 429}, hook.Outcome{Delivery: waits(5*time.Second, "too_many"), Slow: time.Minute}},
		"for as long as it asks":               {hook.Reply{Status: 429, RetryAfter: "120"}, hook.Outcome{Delivery: waits(2*time.Minute, "too_many"), Slow: 2 * time.Minute}},
		"or until a date":                      {hook.Reply{Status: 503, RetryAfter: "Thu, 12 Mar 2026 13:00:00 GMT"}, hook.Outcome{Delivery: waits(time.Hour, "server_error"), Slow: time.Hour}},
		"never for more than a day":            {hook.Reply{Status: 429, RetryAfter: "99999999"}, hook.Outcome{Delivery: waits(24*time.Hour, "too_many"), Slow: 24 * time.Hour}},
		"an odd wait is none":                  {hook.Reply{Status: 504, RetryAfter: "-3 soon"}, hook.Outcome{Delivery: waits(5*time.Second, "server_error"), Slow: time.Minute}},
		"a wait on what is accepted is naught": {hook.Reply{Status: 404, RetryAfter: "3600"}, hook.Outcome{Delivery: waits(5*time.Second, "not_accepted")}},
		"no answer":                            {hook.Reply{Cause: "too_slow"}, hook.Outcome{Delivery: waits(5*time.Second, "too_slow")}},
	} {
		d := hook.Delivery{State: hook.Waiting, Attempt: 1, Due: noon}
		if diff := cmp.Diff(tt.want, hook.Judge(d, tt.reply, noon, 0)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// A delivery that only fails is tried ten times over more than three days, at
// the times of the schedule, and then given up.
func TestJudge_follows_the_schedule(t *testing.T) {
	want := []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
	rapid.Check(t, func(t *rapid.T) {
		d, now := hook.Delivery{State: hook.Waiting}, noon
		tries := 0
		for ; !d.State.Over(); tries++ {
			d = hook.Judge(d, hook.Reply{Status: 500}, now, rapid.Float64Range(0, 1).Draw(t, "luck")).Delivery
			if d.State.Over() {
				break
			}
			if got, least := d.Due.Sub(now), want[tries]; got < least || got > least+least/5 {
				t.Fatalf("wait %d: got %s, want %s and at most a fifth more", tries, got, least)
			}
			now = d.Due
		}
		if got := tries + 1; got != hook.Attempts || d.State != hook.Failed {
			t.Fatalf("got %d attempts and %s, want %d and failed", got, d.State, hook.Attempts)
		}
		if now.Sub(noon) < 75*time.Hour {
			t.Fatalf("given up after %s", now.Sub(noon))
		}
	})
}

// A probe that fails costs the delivery none of its attempts, and moves nothing.
func TestJudge_probe(t *testing.T) {
	d := hook.Delivery{State: hook.Waiting, Attempt: 7, Tries: 4, Probe: true, Due: noon.Add(time.Hour)}
	got := hook.Judge(d, hook.Reply{Status: 500}, noon, 0).Delivery
	if got.Tries != d.Tries || !got.Due.Equal(d.Due) {
		t.Errorf("got %d tries, due %s, want %d and %s", got.Tries, got.Due, d.Tries, d.Due)
	}
	if got := hook.Judge(d, hook.Reply{Status: 200}, noon, 0).State; got != hook.Received {
		t.Errorf("got %s, want %s", got, hook.Received)
	}
}

func TestHealth(t *testing.T) {
	fine, bad := hook.Outcome{Worked: true}, hook.Outcome{}
	active := hook.Health{Mode: hook.Active}
	ago := func(d time.Duration) hook.Health { return hook.Health{Mode: hook.Active, Failing: noon.Add(-d)} }
	for name, tt := range map[string]struct {
		was      hook.Health
		outcomes []hook.Outcome
		want     hook.Health
	}{
		"nothing happened":           {active, nil, active},
		"a first failure":            {active, []hook.Outcome{bad}, hook.Health{Mode: hook.Active, Failing: noon}},
		"a failure that lasts":       {ago(time.Minute), []hook.Outcome{bad}, hook.Health{Mode: hook.Active, Failing: noon.Add(-time.Minute), Slow: noon.Add(45 * time.Second)}},
		"a success ends it":          {ago(time.Hour), []hook.Outcome{bad, fine}, hook.Health{Mode: hook.Active, Worked: noon}},
		"asked to slow down":         {active, []hook.Outcome{{Slow: time.Hour}}, hook.Health{Mode: hook.Active, Failing: noon, Slow: noon.Add(time.Hour)}},
		"gone":                       {active, []hook.Outcome{{Gone: true}}, hook.Health{Mode: hook.Disabled, Cause: "gone", Since: noon, Failing: noon}},
		"four days of nothing else":  {ago(96 * time.Hour), []hook.Outcome{bad}, hook.Health{Mode: hook.Active, Failing: noon.Add(-96 * time.Hour), Slow: noon.Add(45 * time.Second)}},
		"five days of nothing else":  {ago(120 * time.Hour), []hook.Outcome{bad}, hook.Health{Mode: hook.Paused, Cause: "failing", Since: noon, Failing: noon.Add(-120 * time.Hour), Slow: noon.Add(45 * time.Second)}},
		"what is ours is not theirs": {active, []hook.Outcome{{Unread: true}, {Delivery: hook.Delivery{State: hook.Withheld}}}, active},
	} {
		got := tt.was
		for i := range tt.outcomes {
			got = got.After(&tt.outcomes[i], noon)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestDelivery_Hear(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	now := at.Add(time.Hour)
	target := &hook.Target{ID: "crm/main", Endpoint: hook.Endpoint{Body: hook.Full}}
	for name, tt := range map[string]struct {
		d      hook.Delivery
		said   hook.State
		signed time.Time
		want   hook.Heard
		state  hook.State
	}{
		"received":                 {hook.Delivery{State: hook.Received, Told: 42}, hook.Applied, now, hook.Taken, hook.Applied},
		"answered_otherwise":       {hook.Delivery{State: hook.Refused, Told: 42}, hook.Applied, now, hook.Taken, hook.Applied},
		"never_sent":               {hook.Delivery{State: hook.Waiting}, hook.Applied, now, hook.Early, hook.Waiting},
		"on_its_way_anew":          {hook.Delivery{State: hook.Waiting, Told: 42}, hook.Applied, now, hook.Early, hook.Waiting},
		"failed_so_far":            {hook.Delivery{State: hook.Waiting, Told: 42, Tries: 1}, hook.Received, now, hook.Taken, hook.Received},
		"a_newer_one_on_its_way":   {hook.Delivery{State: hook.Waiting, Told: 41, Tries: 1}, hook.Applied, now, hook.Early, hook.Waiting},
		"given_up":                 {hook.Delivery{State: hook.Failed, Told: 42, Tries: 10}, hook.Applied, now, hook.Taken, hook.Applied},
		"given_up_with_newer":      {hook.Delivery{State: hook.Failed, Told: 43, Tries: 10}, hook.Applied, now, hook.Older, hook.Failed},
		"withheld":                 {hook.Delivery{State: hook.Withheld}, hook.Applied, now, hook.Unknown, hook.Withheld},
		"withheld_after_a_try":     {hook.Delivery{State: hook.Withheld, Told: 42}, hook.Applied, now, hook.Older, hook.Withheld},
		"told_anew":                {hook.Delivery{State: hook.Received, Told: 43}, hook.Applied, now, hook.Older, hook.Received},
		"said_since":               {hook.Delivery{State: hook.Refused, Told: 42, Acknowledged: now}, hook.Applied, at, hook.Older, hook.Refused},
		"received_says_no_more":    {hook.Delivery{State: hook.Applied, Told: 42}, hook.Received, now, hook.Older, hook.Applied},
		"a_farewell_with_names":    {hook.Delivery{State: hook.Received, Told: 42, Kind: hook.Erased, At: at, Tried: at}, hook.NotHeld, now, hook.Taken, hook.NotHeld},
		"a_farewell_without_names": {hook.Delivery{State: hook.Received, Told: 42, Kind: hook.Erased, At: at, Tried: at.Add(hook.NamesKept)}, hook.NotHeld, now, hook.Taken, hook.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			got, heard := tt.d.Hear(target, hook.Acknowledgement{Version: 42, State: tt.said}, tt.signed, now)
			if heard != tt.want || got.State != tt.state {
				t.Errorf("got %s and %s, want %s and %s", heard, got.State, tt.want, tt.state)
			}
			if heard == hook.Taken && (got.State != tt.d.State) != got.Over.Equal(now) {
				t.Errorf("over %s", got.Over)
			}
		})
	}
}
