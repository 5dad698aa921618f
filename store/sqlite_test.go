package store

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

func TestAtLeast(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version, oldest string
		want            bool
	}{
		{"3.51.3", "3.51.3", true},
		{"3.51.4", "3.51.3", true},
		{"3.51.10", "3.51.3", true},
		{"3.52.0", "3.51.3", true},
		{"4.0.0", "3.51.3", true},
		{"3.51.2", "3.51.3", false},
		{"3.7.0", "3.51.3", false},
		{"3.9.99", "3.51.3", false},
		{"2.99.99", "3.51.3", false},
		{"3.51", "3.51.3", false},
		{"3.51.3.1", "3.51.3", true},
		{"", "3.51.3", false},
		{"3.51.x", "3.51.3", false},
	} {
		if got := atLeast(tt.version, tt.oldest); got != tt.want {
			t.Errorf("atLeast(%q, %q): got %v, want %v", tt.version, tt.oldest, got, tt.want)
		}
	}
}

// TestCheckSQLite opens a file with each setting wrong, left out, and misspelt,
// which SQLite ignores in silence.
func TestCheckSQLite(t *testing.T) {
	t.Parallel()
	wrong := map[string]string{
		"journal_mode": "DELETE", "synchronous": "NORMAL", "secure_delete": "OFF", "foreign_keys": "OFF",
		"busy_timeout": "5", "cache_size": "100", "temp_store": "FILE", "trusted_schema": "ON", "wal_autocheckpoint": "1000",
	}
	check := func(t *testing.T, change func(pragma, set string) string) error {
		t.Helper()
		good, err := url.Parse(sqliteURL(filepath.Join(t.TempDir(), "x.db")))
		if err != nil {
			t.Fatal(err)
		}
		q := url.Values{}
		for _, s := range sqliteSettings {
			if p := change(s.pragma, s.set); p != "" {
				q.Add("_pragma", p)
			}
		}
		good.RawQuery = q.Encode()
		db, err := sql.Open("sqlite", good.String())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		return checkSQLite(t.Context(), db)
	}
	if err := check(t, func(pragma, set string) string { return pragma + "(" + set + ")" }); err != nil {
		t.Errorf("the settings as they are: %v", err)
	}
	for _, s := range sqliteSettings {
		for name, instead := range map[string]string{
			"wrong":    s.pragma + "(" + wrong[s.pragma] + ")",
			"misspelt": s.pragma + "x(" + s.set + ")",
			"left_out": "",
		} {
			if name != "wrong" && s.pragma == "synchronous" {
				continue // FULL is what the driver has by itself
			}
			t.Run(s.pragma+"_"+name, func(t *testing.T) {
				err := check(t, func(pragma, set string) string {
					if pragma == s.pragma {
						return instead
					}
					return pragma + "(" + set + ")"
				})
				if err == nil || !strings.Contains(err.Error(), s.pragma) {
					t.Errorf("got %v, want an error about %s", err, s.pragma)
				}
			})
		}
	}
}
