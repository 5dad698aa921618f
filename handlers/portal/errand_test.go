package portal_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/handlers/portal"
	"livingprofile/internal/hook"
	"livingprofile/internal/opendsr"
)

// TestTellings: who confirmed, who has it, and who was not reached yet are told
// apart, each since its own time.
func TestTellings(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	later := asked.Add(time.Hour)
	got := portal.Tellings([]hook.Delivery{
		{Endpoint: "shop/main", State: hook.Applied, At: asked, Tried: asked, Over: later},
		{Endpoint: "crm/connector", State: hook.Received, At: asked, Over: later},
		{Endpoint: "till/main", State: hook.NotHeld, At: asked, Over: later},
		{Endpoint: "club/main", State: hook.Waiting, At: asked, Due: later},
		{Endpoint: "quiet/main", State: hook.Withheld, At: asked},
	}, []opendsr.Errand{{System: "archive", State: opendsr.ErrandState(opendsr.InProgress), ChangedAt: later}})
	want := []portal.Telling{
		{System: "shop", Word: "completed", At: later},
		{System: "crm", Word: "pending", At: later},
		{System: "till", Word: "not_held", At: later},
		{System: "club", Word: "waiting", At: asked},
		{System: "archive", Word: "in_progress", At: later},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
}
