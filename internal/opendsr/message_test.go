package opendsr_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/opendsr"
	"livingprofile/internal/rights"
)

const asked = `{"regulation":"gdpr","subject_request_id":"a7551968-d5d6-44b2-9831-815ac9017798","subject_request_type":"erasure",
	"submitted_time":"2026-11-20T15:00:00Z","subject_identities":[{"identity_type":"email","identity_value":"x@example.com","identity_format":"raw"}],
	"api_version":"2.0","status_callback_urls":["https://controller.example.com/callbacks"],"extensions":null}`

func TestParse(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	may := func(url string) bool { return strings.HasPrefix(url, "https://") }
	if _, err := opendsr.Parse([]byte(asked), now, may); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ from, to, path string }{
		"regulation":       {`"gdpr"`, `"law"`, "regulation"},
		"capital_letters":  {`a7551968-d5`, `A7551968-d5`, "subject_request_id"},
		"another_version":  {`-44b2-`, `-14b2-`, "subject_request_id"},
		"type":             {`"erasure"`, `"fame"`, "subject_request_type"},
		"hashed":           {`"raw"`, `"sha256"`, "subject_identities"},
		"a_device":         {`"email"`, `"android_id"`, "subject_identities"},
		"nobody":           {`[{"identity_type":"email","identity_value":"x@example.com","identity_format":"raw"}]`, `[]`, "subject_identities"},
		"an_empty_name":    {`x@example.com`, ``, "subject_identities"},
		"long_ago":         {`2026-11-20`, `2025-11-20`, "submitted_time"},
		"in_the_future":    {`2026-11-20`, `2026-11-23`, "submitted_time"},
		"no_time":          {`"submitted_time":"2026-11-20T15:00:00Z",`, ``, "submitted_time"},
		"version":          {`"2.0"`, `"3.0"`, "api_version"},
		"callback":         {`https://controller`, `http://controller`, "status_callback_urls"},
		"many_callbacks":   {`["https`, `["https://a","https://a","https://a","https://a","https://a","https`, "status_callback_urls"},
		"of_another_shape": {`"gdpr"`, `7`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opendsr.Parse([]byte(strings.Replace(asked, tt.from, tt.to, 1)), now, may)
			at := slices.ContainsFunc(errs.FieldsOf(err), func(f errs.Field) bool { return f.Path == tt.path })
			if !errors.Is(err, errs.Invalid) || tt.path != "" && !at {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestStatus: every state has a status, only later ones follow, and only closed
// ones are over.
func TestStatus(t *testing.T) {
	for _, s := range rights.States {
		status, refused := opendsr.StatusOf(s)
		if status.Over() == s.Open() || refused != (s == rights.Rejected || s == rights.Unfulfilled) {
			t.Errorf("%s: got %s, %v", s, status, refused)
		}
	}
	for _, tt := range []struct {
		was, is opendsr.Status
		want    bool
	}{
		{"", opendsr.Pending, true},
		{opendsr.Pending, opendsr.Pending, false},
		{opendsr.Pending, opendsr.Completed, true},
		{opendsr.Completed, opendsr.InProgress, false},
		{opendsr.Completed, opendsr.Cancelled, false},
		{opendsr.Pending, "lost", false},
	} {
		if got := tt.is.Follows(tt.was); got != tt.want {
			t.Errorf("%s after %s: got %v", tt.is, tt.was, got)
		}
	}
}

func TestParseReport(t *testing.T) {
	const id, callback = "a7551968-d5d6-44b2-9831-815ac9017798", "https://us.example.com/c"
	good := `{"controller_id":"c","subject_request_id":"` + id + `","request_status":"in_progress","status_callback_url":"` + callback +
		`","results_url":null,"extensions":{"x":{"y":1}},"api_version":"2.0"}`
	if r, err := opendsr.ParseReport([]byte(good), id, callback); err != nil || r.Status != opendsr.InProgress {
		t.Errorf("got %v, %v", r, err)
	}
	for _, bad := range [][2]string{{id, "b7551968-d5d6-44b2-9831-815ac9017798"}, {"in_progress", "done"}, {callback, callback + "x"}, {"{", "["}} {
		if _, err := opendsr.ParseReport([]byte(strings.Replace(good, bad[0], bad[1], 1)), id, callback); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v", bad[1], err)
		}
	}
}
