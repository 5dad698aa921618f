package rights

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"livingprofile/internal/identity"
)

func TestFreezes(t *testing.T) {
	t.Parallel()
	var none Freezes
	fs := none.With(Freeze{Request: "1", Scope: CategoryScope, Name: "contact", Ground: Claims}).
		With(Freeze{Request: "2", Scope: FieldScope, Name: "birthday", Ground: Contested}).
		With(Freeze{Request: "3", Scope: PurposeScope, Name: "ideas", Ground: Objected})
	for _, tt := range []struct {
		field, category string
		want            bool
	}{{"phone", "contact", true}, {"birthday", "person", true}, {"name", "person", false}, {"contact", "person", false}} {
		if _, got := fs.Field(tt.field, tt.category); got != tt.want {
			t.Errorf("%s of %s: got %v, want %v", tt.field, tt.category, got, tt.want)
		}
	}
	if _, is := fs.Purpose("ideas"); !is {
		t.Error("the purpose is not frozen")
	}
	if _, is := fs.Purpose("birthday"); is {
		t.Error("a purpose with the name of a frozen field is frozen")
	}
	if got := len(fs.With(fs[0])); got != 3 {
		t.Errorf("the same freeze twice: got %d, want 3", got)
	}
	if _, is := fs.Without("2").Field("birthday", "person"); is || len(fs) != 3 {
		t.Error("a lifted freeze holds, or lifting changed the original")
	}
	whole := none.With(Freeze{Request: "9", Ground: Unlawful})
	if _, is := whole.Field("anything", "at all"); !is {
		t.Error("the whole person is frozen and a field is not")
	}
}

func TestPlanErasure(t *testing.T) {
	t.Parallel()
	who := []identity.Identifier{{Kind: identity.Email, Value: "a@example.jp"}}
	p := PlanErasure(Holding{Count: map[Part]int{PartValues: 3}, Identifiers: who})
	if len(p.Goes) != len(Going) || len(p.Stays) != len(Staying) || len(p.Tombstones) != 1 {
		t.Errorf("got %d, %d and %d, want every part", len(p.Goes), len(p.Stays), len(p.Tombstones))
	}
	for _, s := range p.Stays {
		if slices.Contains(Going[:], s.Part) {
			t.Errorf("%s goes and stays", s.Part)
		}
	}
}

// TestGuard: no cell of a copy runs in a spreadsheet (S09).
func TestGuard(t *testing.T) {
	t.Parallel()
	packed := unzip(t, &Document{Given: []Section{{Name: "c", Values: []Value{{Field: "f", Value: "=HYPERLINK(\"x\",\"y\")"}}}}})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(packed["given.csv"]), "\ufeff"))).ReadAll()
	if err != nil || rows[1][3] != "'=HYPERLINK(\"x\",\"y\")" {
		t.Errorf("cell: got %v and %v", rows, err)
	}
}
