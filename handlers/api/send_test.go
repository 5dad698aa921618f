package api_test

import (
	"net/http"
	"testing"

	"livingprofile/internal/consent"
	"livingprofile/internal/testkit"
)

// A system has an audience sent to its own endpoint, and reads what became of
// that; to another's it cannot.
func TestSendAudience(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	if _, err := k.Connect(t.Context(), "http://127.0.0.1:1/hooks"); err != nil {
		t.Fatal(err)
	}
	key, other := k.key(ofSystem("newsletter"), forBrand("hibiki")), k.key(ofSystem("crm"), forBrand("hibiki"))
	k.say(aiko, "newsletter", consent.Yes)
	path := "/api/v1/audiences/" + k.audience(key) + "/sends"
	var one struct {
		Send, State  string
		Joined, Left int
		Summary      counted
	}
	k.want(http.StatusAccepted, &one, key, "POST", path, `{"endpoint":"main"}`)
	if one.State != "waiting" {
		t.Errorf("got %+v", one)
	}
	if more, err := k.Audience.Next(t.Context()); err != nil || !more {
		t.Fatalf("%v, %v", more, err)
	}
	k.want(http.StatusOK, &one, key, "GET", path+"/"+one.Send, "")
	if one.State != "done" || one.Joined == 0 || one.Joined != one.Summary.Members || one.Summary.People <= one.Joined {
		t.Errorf("got %+v", one)
	}
	for what, tt := range map[string]struct {
		key, method, path, body string
		status                  int
	}{
		"no_such_endpoint":      {key, "POST", path, `{"endpoint":"other"}`, 422},
		"an_endpoint_of_others": {key, "POST", path, `{"endpoint":"../crm/main"}`, 422},
		"another_system":        {other, "GET", path + "/" + one.Send, "", 404},
		"no_such_sending":       {key, "GET", path + "/x", "", 404},
	} {
		if a := k.ask(tt.key, tt.method, tt.path, tt.body); a.Status != tt.status {
			t.Errorf("%s: got %d %s, want %d", what, a.Status, a.Body, tt.status)
		}
	}
}
