package organisation_test

import (
	"errors"
	"testing"

	"livingprofile/internal/organisation"
)

// Whatever a file says, it is either refused with problems that name a place,
// or it is planned, and applying it again changes nothing.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small(f)))
	f.Add([]byte("language: ja\nlabel: x\nbrands: {a: {}}\n"))
	f.Add([]byte(bomb()))
	f.Add([]byte("purposes: {a: {parent: b}, b: {parent: a}}"))
	f.Add([]byte("? {a: b}\n: c\n"))
	f.Add([]byte("a: !!binary x\n---\nb: *a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := organisation.Parse("o.yaml", data)
		if err != nil {
			var problems organisation.Problems
			if !errors.As(err, &problems) || len(problems) == 0 || len(problems.Error()) == 0 {
				t.Fatalf("refused without a problem: %v", err)
			}
			return
		}
		warnings, err := d.Check()
		_ = warnings.Error()
		if err != nil {
			_ = err.Error()
		}
		p := organisation.Diff(nil, d, monday)
		_ = p.String()
		if again := organisation.Diff(p.Next, d, tuesday); !again.Empty() {
			t.Fatalf("applied again: %v", steps(again))
		}
		stored, err := organisation.Encode(p.Next)
		if err != nil {
			t.Fatal(err)
		}
		got, err := organisation.Decode(stored)
		if err != nil {
			t.Fatal(err)
		}
		if again := organisation.Diff(got, d, tuesday); !again.Empty() {
			t.Fatalf("applied again after storing: %v", steps(again))
		}
	})
}
