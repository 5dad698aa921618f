package rights

import "testing"

// TestBondOf goes through all pairs: what is said here of a pair is its rule,
// and every pair that is not named stands beside the other.
func TestBondOf(t *testing.T) {
	t.Parallel()
	type pair struct{ fresh, open Kind }
	rules := map[pair]Bond{
		// A copy comes first, whichever was asked for first.
		{Erasure, Access}:      After,
		{Erasure, Portability}: After,
		{Access, Erasure}:      Before,
		{Portability, Erasure}: Before,
		// Erasure makes moot what would have changed or frozen what goes.
		{Erasure, Rectification}: Ends,
		{Erasure, Restriction}:   Ends,
		{Erasure, Objection}:     Ends,
		{Erasure, Automated}:     Ends,
	}
	seen := 0
	for _, fresh := range filed {
		for _, open := range filed {
			want, named := rules[pair{fresh, open}]
			switch {
			case fresh == open:
				want = Same
			case !named:
				want = Beside
			}
			if got := BondOf(fresh, open); got != want {
				t.Errorf("new %s, open %s: got %s, want %s", fresh, open, got, want)
			}
			seen++
		}
	}
	if seen != 64 {
		t.Errorf("got %d pairs, want 64", seen)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	open := func(kind Kind, name string) Request {
		r := request(t, kind)
		r.State, r.Matter.Name = Accepted, name
		return r
	}
	fresh := func(kind Kind, name string) *Request { r := open(kind, name); return &r }
	done := open(Access, "")
	done.State = Fulfilled

	if c := Link(fresh(Access, ""), []Request{done}); c.Known != nil {
		t.Error("a copy that was made stands for a new one")
	}
	if c := Link(fresh(Access, ""), []Request{open(Access, "")}); c.Known == nil {
		t.Error("the same copy is asked for twice")
	}
	if c := Link(fresh(Rectification, "phone"), []Request{open(Rectification, "name")}); c.Known != nil {
		t.Error("a correction of another value is taken for the same")
	}
	four := []Request{open(Access, ""), open(Rectification, "name"), open(Complaint, ""), open(Objection, "ideas"), done}
	c := Link(fresh(Erasure, ""), four)
	if !c.Waits {
		t.Error("erasure that is filed does not wait for a copy")
	}
	if ended := Ended(fresh(Erasure, ""), four); len(ended) != 2 || ended[0].Kind != Rectification || ended[1].Kind != Objection {
		t.Errorf("erasure that runs: got %v, want correction and objection ended", ended)
	}
}

func TestBlocked(t *testing.T) {
	t.Parallel()
	erasure, copied := accepted(request(t, Erasure)), accepted(request(t, Access))
	for name, tt := range map[string]struct {
		r    Request
		all  []Request
		want bool
	}{
		"erasure behind a copy":        {erasure, []Request{erasure, copied}, true},
		"erasure behind a made copy":   {erasure, []Request{erasure, closed(copied)}, false},
		"copy before an erasure":       {copied, []Request{erasure, copied}, false},
		"erasure beside a complaint":   {erasure, []Request{erasure, accepted(request(t, Complaint))}, false},
		"erasure with nothing else":    {erasure, []Request{erasure}, false},
		"erasure behind a portability": {erasure, []Request{accepted(request(t, Portability)), erasure}, true},
	} {
		if got := Blocked(&tt.r, tt.all); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
