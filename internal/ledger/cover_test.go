package ledger

import (
	"errors"
	"testing"
)

func TestCovering(t *testing.T) {
	t.Parallel()
	s, v := signing(t, "example.org/ledger")
	stranger, _ := signing(t, "example.org/ledger")
	sign := func(c Checkpoint) []byte {
		t.Helper()
		signed, err := c.Sign(s)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	at := func(number, seq int64, hash Hash) Checkpoint {
		return Checkpoint{Number: number, At: began, Heads: []Head{{Lane: 3, Seq: seq, Hash: hash}}}
	}
	all := [][]byte{sign(at(3, 9, Hash{9})), sign(at(1, 4, Hash{4})), sign(at(2, 7, Hash{7}))}
	foreign := at(4, 9, Hash{9})
	forged, err := foreign.Sign(stranger)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		signed [][]byte
		lane   int
		seq    int64
		hash   Hash
		want   int64 // number of the checkpoint, 0 for none
		fails  bool
	}{
		"entry_in_the_first":             {all, 3, 2, Hash{2}, 1, false},
		"entry_that_ends_one":            {all, 3, 7, Hash{7}, 2, false},
		"entry_between":                  {all, 3, 5, Hash{5}, 2, false},
		"entry_that_is_too_new":          {all, 3, 10, Hash{1}, 0, false},
		"entry_of_another_lane":          {all, 4, 1, Hash{1}, 0, false},
		"another_entry_at_the_end":       {all, 3, 7, Hash{8}, 0, true},
		"another_entry_at_the_very_last": {all, 3, 9, Hash{8}, 0, true},
		"no_checkpoints":                 {nil, 3, 1, Hash{1}, 0, false},
		"checkpoint_of_a_stranger":       {append(all[:3:3], forged), 3, 2, Hash{2}, 0, true},
	} {
		c, err := Covering(tt.signed, v, tt.lane, tt.seq, tt.hash)
		got := int64(0)
		if c != nil {
			got = c.Number
		}
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: got %d, %v, want %d", name, got, err, tt.want)
		}
		if tt.fails && name != "checkpoint_of_a_stranger" && !errors.Is(err, ErrOtherEntry) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
