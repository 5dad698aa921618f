package intake

import (
	"testing"
	"time"
)

func TestLayout(t *testing.T) {
	want := time.Date(2026, 3, 9, 14, 5, 6, 0, time.UTC)
	day := want.Truncate(24 * time.Hour)
	tests := []struct {
		layout, text string
		want         time.Time
	}{
		{"DD.MM.YYYY HH:mm:ss", "09.03.2026 14:05:06", want},
		{"D MMM YYYY", "9 Mar 2026", day},
		{"MMMM D, YYYY", "March 9, 2026", day},
		{"M/D/YYYY", "3/9/2026", day},
		{"YYYY年M月D日", "2026年3月9日", day},
		{"YYYYMMDDTHHmmssZ", "20260309T160506+02:00", want},
		{"YYYY-MM-DD HH:mm:ss.SSS", "2026-03-09 14:05:06.250", want.Add(250 * time.Millisecond)},
	}
	for _, tt := range tests {
		r, err := newTimeReader([]string{tt.layout}, time.UTC)
		if err != nil {
			t.Errorf("layout %q: %v", tt.layout, err)
			continue
		}
		if got, err := r.read(tt.text, false); err != nil || !got.Equal(tt.want) {
			t.Errorf("%q by %q = %v, %v; want %v", tt.text, tt.layout, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "DD.MM", "2006-01-02", "YYYY_2"} {
		if layout, err := goLayout(bad); err == nil {
			t.Errorf("layout %q is taken as %q", bad, layout)
		}
	}
}

func TestTimesOfAZone(t *testing.T) {
	tokyo, err := zone("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	r, err := newTimeReader(nil, tokyo)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"2026-03-09 23:05:06", "2026-03-09T23:05:06", "2026-03-09T14:05:06Z", "2026-03-09 14:05:06 UTC", "2026-03-09 16:05:06 +0200"} {
		got, err := r.read(text, false)
		if want := time.Date(2026, 3, 9, 14, 5, 6, 0, time.UTC); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q in Tokyo = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"yesterday", "0001-01-01", "1773065106"} {
		if got, err := r.read(text, false); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
