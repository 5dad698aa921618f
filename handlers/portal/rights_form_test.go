package portal

import (
	"slices"
	"testing"

	"livingprofile/internal/hook"
	"livingprofile/internal/rights"
)

// Who is told of an erasure are all connected systems, whatever is held: one that
// only ever had choices and a number is told too. A retired one is not.
func TestErasure_plan_names_who_is_told(t *testing.T) {
	t.Parallel()
	org := declared(t)
	for i := range org.Systems {
		sys := &org.Systems[i]
		sys.Endpoints, sys.OpenDSR, sys.Connector = nil, nil, nil
	}
	connected, retired := &org.Systems[0], &org.Systems[1]
	connected.Endpoints = []hook.Endpoint{{Name: "main"}}
	retired.Endpoints, retired.Retired = connected.Endpoints, true
	s := newSight(t, org, "hibiki", "en", nil)
	var told []string
	for _, e := range s.rightPlan(&rightForm{kind: rights.Erasure}).Told {
		told = append(told, e.Text)
	}
	if want := []string{connected.Human["en"]}; !slices.Equal(told, want) {
		t.Errorf("got %v, want %v", told, want)
	}
}
