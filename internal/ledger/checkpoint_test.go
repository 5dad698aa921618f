package ledger

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"
)

// signing returns keys of the given name; each call makes others.
func signing(t testing.TB, name string) (note.Signer, note.Verifier) {
	t.Helper()
	private, public, err := note.GenerateKey(nil, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func TestCheckpoint_Text(t *testing.T) {
	t.Parallel()
	c := Checkpoint{
		Number: 2, At: began, Prev: Hash{1},
		Heads: []Head{{Lane: 0, Seq: 5, Hash: Hash{2}}, {Lane: 63, Seq: 1, Hash: Hash{3}}},
	}
	want := `livingprofile checkpoint
2
1773309720123456
AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
0 5 AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
63 1 AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
`
	if d := cmp.Diff(c.Text(), want); d != "" {
		t.Errorf("text (-got +want):\n%s", d)
	}
	if c.Entries() != 6 || c.Head(63).Seq != 1 || c.Head(1) != (Head{Lane: 1}) {
		t.Errorf("entries %d, head of 63 %+v, head of 1 %+v", c.Entries(), c.Head(63), c.Head(1))
	}
}

func drawHash(t *rapid.T, label string) Hash {
	return Hash(rapid.SliceOfN(rapid.Byte(), HashSize, HashSize).Draw(t, label))
}

func drawCheckpoint(t *rapid.T) *Checkpoint {
	c := &Checkpoint{
		Number: rapid.Int64Range(1, 1<<62).Draw(t, "number"),
		At:     time.UnixMicro(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "at")).UTC(),
		Prev:   drawHash(t, "prev"),
	}
	for lane := range rapid.IntRange(0, 5).Draw(t, "lanes") {
		c.Heads = append(c.Heads, Head{Lane: lane * 3, Seq: rapid.Int64Range(1, 1<<62).Draw(t, "seq"), Hash: drawHash(t, "hash")})
	}
	return c
}

func TestCheckpoint_signed_reads_back(t *testing.T) {
	t.Parallel()
	signer, verifier := signing(t, "test")
	_, other := signing(t, "test")
	rapid.Check(t, func(t *rapid.T) {
		c := drawCheckpoint(t)
		signed, err := c.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		got, err := OpenCheckpoint(signed, verifier)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, c); d != "" {
			t.Fatalf("checkpoint (-got +want):\n%s", d)
		}
		if got.Digest() != c.Digest() {
			t.Fatal("another digest")
		}
		if _, err := OpenCheckpoint(signed, other); err == nil {
			t.Fatal("opens with the key of another installation")
		}
		at := rapid.IntRange(0, len(signed)-1).Draw(t, "bit of byte")
		bent := append([]byte(nil), signed...)
		bent[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, err := OpenCheckpoint(bent, verifier); err == nil && got.Digest() != c.Digest() {
			t.Fatalf("byte %d changed, and the signature holds", at)
		}
	})
}

func TestParseCheckpoint_refuses(t *testing.T) {
	t.Parallel()
	zero := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	good := []string{"livingprofile checkpoint", "2", "17", zero, "0 5 " + zero, "3 1 " + zero}
	if _, err := parseCheckpoint(strings.Join(good, "\n") + "\n"); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for name, change := range map[string]func([]string) []string{
		"another_title":    func(l []string) []string { l[0] += "s"; return l },
		"number_zero":      func(l []string) []string { l[1] = "0"; return l },
		"number_of_words":  func(l []string) []string { l[1] = "two"; return l },
		"time_of_words":    func(l []string) []string { l[2] = "now"; return l },
		"short_previous":   func(l []string) []string { l[3] = "AAAA"; return l },
		"no_previous":      func(l []string) []string { return l[:3] },
		"lanes_disordered": func(l []string) []string { l[4], l[5] = l[5], l[4]; return l },
		"lane_twice":       func(l []string) []string { l[5] = l[4]; return l },
		"negative_lane":    func(l []string) []string { l[4] = "-1 5 " + zero; return l },
		"sequence_zero":    func(l []string) []string { l[4] = "0 0 " + zero; return l },
		"line_too_long":    func(l []string) []string { l[4] += " x"; return l },
		"hash_too_long":    func(l []string) []string { l[4] = "0 5 " + zero + "A"; return l },
		"empty_line":       func(l []string) []string { return append(l, "") },
	} {
		text := strings.Join(change(append([]string(nil), good...)), "\n") + "\n"
		if c, err := parseCheckpoint(text); err == nil {
			t.Errorf("%s: got %+v, want an error", name, c)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add((&Checkpoint{Number: 1, At: began}).Text())
	f.Add((&Checkpoint{Number: 9, At: began, Prev: Hash{1}, Heads: []Head{{1, 2, Hash{3}}, {4, 5, Hash{6}}}}).Text())
	f.Add("livingprofile checkpoint\n1\n+0\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCheckpoint(text)
		if err != nil {
			return
		}
		again, err := parseCheckpoint(c.Text())
		if err != nil || !cmp.Equal(again, c) {
			t.Errorf("what was read reads differently when written (%v):\n%s", err, cmp.Diff(again, c))
		}
	})
}

func TestDue(t *testing.T) {
	t.Parallel()
	last := &Checkpoint{Number: 1, At: began, Heads: []Head{{Lane: 0, Seq: 60}, {Lane: 3, Seq: 40}}}
	for name, tt := range map[string]struct {
		last    *Checkpoint
		entries int64
		after   time.Duration
		want    bool
	}{
		"empty_ledger":                     {nil, 0, time.Hour, false},
		"first_entry":                      {nil, 1, 0, true},
		"nothing_new":                      {last, 100, time.Hour, false},
		"one_new_too_early":                {last, 101, MaxAge - time.Microsecond, false},
		"one_new_after_a_minute":           {last, 101, MaxAge, true},
		"63_new":                           {last, 163, 0, false},
		"64_new":                           {last, 164, 0, true},
		"one_new_clock_a_little_back":      {last, 101, -time.Second, false},
		"one_new_clock_back_for_long":      {last, 101, -24 * time.Hour, true},
		"nothing_new_clock_back_for_long":  {last, 100, -24 * time.Hour, false},
		"64_new_clock_back_for_a_little":   {last, 164, -time.Second, true},
		"fewer_entries_than_it_saw_is_not": {last, 99, time.Hour, false},
	} {
		if got := Due(tt.last, tt.entries, began.Add(tt.after)); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}
