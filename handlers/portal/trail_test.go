package portal

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/organisation"
	"livingprofile/views/ui"
)

// The trail of a choice that was made at noon, 21:00 in Tokyo, an hour ago.
func TestTrail(t *testing.T) {
	draft, err := demo.Connected(demo.Neighbours{Newsletter: "https://letters.example.com/hooks"})
	if err != nil {
		t.Fatal(err)
	}
	org := organisation.Diff(nil, draft, noon.AddDate(-1, 0, 0)).Next
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	to := func(system string, state hook.State, change func(*hook.Delivery)) hook.Delivery {
		d := hook.Delivery{Endpoint: system + "/main", Entry: "r", Version: 7, Kind: "consent.withdrawn", At: noon, State: state}
		if state != hook.Waiting {
			d.Tried, d.Over, d.Told = at(1), at(1), 7
		}
		if change != nil {
			change(&d)
		}
		return d
	}
	retried := func(d *hook.Delivery) { d.Tried, d.Due = at(1), at(300) }
	for name, tt := range map[string]struct {
		now   time.Time
		told  []hook.Delivery
		asked []query
		want  []ui.Step
	}{
		"in the moment after": {at(0), nil, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: being told now", State: ui.Neutral},
		}},
		"when nobody was told": {at(120), nil, nil, []ui.Step{{Text: "Saved 21:00", State: ui.Given}}},
		"sent": {at(60), []hook.Delivery{to("newsletter", hook.Received, nil)}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: sent 21:01", State: ui.Given},
		}},
		"confirmed": {at(60), []hook.Delivery{to("newsletter", hook.Applied, nil)}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: sent 21:01", State: ui.Given}, {Text: "Confirmed 21:01", State: ui.Given},
		}},
		"not reached": {at(60), []hook.Delivery{to("newsletter", hook.Waiting, retried)}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: not reached yet, next try 13 March 2026", State: ui.Waiting},
		}},
		"given up": {at(60), []hook.Delivery{to("newsletter", hook.Failed, nil)}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: could not be reached. Someone will look at it", State: ui.Failed},
		}},
		"given up, and told the same by a later one": {at(60), []hook.Delivery{
			to("newsletter", hook.Applied, func(d *hook.Delivery) { d.Entry, d.Version, d.Told = "later", 8, 8 }), to("newsletter", hook.Failed, nil),
		}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: sent 21:01", State: ui.Given}, {Text: "Confirmed 21:01", State: ui.Given},
		}},
		"given up, and told something older": {at(60), []hook.Delivery{
			to("newsletter", hook.Applied, func(d *hook.Delivery) { d.Entry, d.Version, d.Told = "older", 6, 6 }), to("newsletter", hook.Failed, nil),
		}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given}, {Text: "Our newsletter tool: could not be reached. Someone will look at it", State: ui.Failed},
		}},
		"refused": {at(60), []hook.Delivery{to("newsletter", hook.Refused, nil)}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given},
			{Text: "Our newsletter tool: sent 21:01", State: ui.Given},
			{Text: "Our newsletter tool: says it cannot follow this. Someone will look at it", State: ui.Failed},
		}},
		"nothing was for it": {at(120), []hook.Delivery{to("newsletter", hook.Withheld, nil)}, nil, []ui.Step{{Text: "Saved 21:00", State: ui.Given}}},
		"two of three": {at(60), []hook.Delivery{
			to("newsletter", hook.Applied, nil), to("crm", hook.Received, nil), to("machines", hook.Waiting, retried),
		}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given},
			{Text: "Told 2 of 3 systems", State: ui.Given},
			{Text: "Confirmed by 1 of 3", State: ui.Given},
			{Text: "The club’s machines: not reached yet, next try 13 March 2026", State: ui.Waiting},
		}},
		"contacted since": {at(60), nil, []query{
			{decision.Trace{System: "newsletter", Purpose: "newsletter", Channel: "email", Allow: true, Record: "r"}, at(5)},
			{decision.Trace{System: "newsletter", Purpose: "newsletter", Channel: "email", Allow: true, Record: "r"}, at(4)},
			{decision.Trace{System: "crm", Purpose: "newsletter", Allow: true, Record: "r"}, at(3)},
			{decision.Trace{System: "shop", Purpose: "newsletter", Channel: "email", Record: "r"}, at(2)},
			{decision.Trace{System: "shop", Purpose: "newsletter", Channel: "email", Allow: true, Record: "older"}, at(1)},
		}, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given},
			{Text: "Our newsletter tool: being told now", State: ui.Neutral},
			{Text: "Our newsletter tool asked 21:05, and may reach you on the basis of this answer", State: ui.Given},
			{Text: "Our shops’ customer desk asked 21:03, and may use your data on the basis of this answer", State: ui.Given},
		}},
		"held back": {at(60), []hook.Delivery{to("newsletter", hook.Waiting, retried), to("crm", hook.Waiting, nil), to("machines", hook.Waiting, nil)}, nil, []ui.Step{
			{Text: "Saved 21:00", State: ui.Given},
			{Text: "Our newsletter tool: not reached yet, next try 13 March 2026", State: ui.Waiting},
			{Text: "Our shops’ customer desk: not told yet, since sending to it is paused. It is told when sending resumes", State: ui.Waiting},
			{Text: "The club’s machines: not told, since it accepts nothing from us any more. Someone will look at it", State: ui.Failed},
		}},
	} {
		s := newSight(t, org, "hibiki", "en", func(s *sight) {
			if name == "held back" {
				s.held = map[string]hold{"crm/main": paused, "machines/main": stopped}
			}
			s.now, s.told, s.queries, s.targets = tt.now, tt.told, tt.asked, org.Targets()
		})
		v, _ := org.Purpose("newsletter")
		if diff := cmp.Diff(tt.want, s.trail(consent.RecordID("r"), v, consent.Withdrawn, noon)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// Before there is a secret nothing is sent, and nothing is said to be.
func TestHolds(t *testing.T) {
	plain, spoken := hook.Target{ID: "a/main"}, hook.Target{ID: "a/main", Speaks: "listmonk"}
	signed := []hook.Secret{hook.NewSecret()}
	for name, tt := range map[string]struct {
		target   hook.Target
		standing hook.Standing
		want     hold
	}{
		"works":          {plain, hook.Standing{Health: hook.Health{Mode: hook.Active}, Secrets: signed}, ""},
		"no secret":      {plain, hook.Standing{Health: hook.Health{Mode: hook.Active}}, unready},
		"needs none":     {spoken, hook.Standing{Health: hook.Health{Mode: hook.Active}}, ""},
		"cannot be read": {hook.Target{ID: "a/main", Speaks: "x", Unreadable: "empty"}, hook.Standing{}, unready},
		"paused":         {plain, hook.Standing{Health: hook.Health{Mode: hook.Paused}, Secrets: signed}, paused},
		"disabled":       {plain, hook.Standing{Health: hook.Health{Mode: hook.Disabled}, Secrets: signed}, stopped},
	} {
		if got := holds([]hook.Target{tt.target}, map[string]hook.Standing{"a/main": tt.standing})["a/main"]; got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
