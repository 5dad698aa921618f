package config_test

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/config"
)

// A program as small as one can be with a setting of each sort.
type program struct {
	Listen  string   `env:"LIVINGPROFILE_LISTEN" default:"default"`
	Proxies []string `name:"trusted-proxies" env:"LIVINGPROFILE_TRUSTED_PROXIES"`
	Many    int
	JSON    bool
	Serve   struct {
		Port int
	} `cmd:""`
}

func parse(t *testing.T, file string, args ...string) (program, error) {
	t.Helper()
	var p program
	resolver, err := config.Load(strings.NewReader(file))
	if err != nil {
		return p, err
	}
	parser, err := kong.New(&p, kong.Resolvers(resolver))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append(args, "serve"))
	return p, err
}

func TestLoadReadsEverySortOfValue(t *testing.T) {
	got, err := parse(t, `
# of any command
listen: "127.0.0.1:8080"
trusted-proxies:
  - 10.0.0.0/8
  - 192.0.2.1
many: 3
json: true
port: 8080
`)
	if err != nil {
		t.Fatal(err)
	}
	want := program{Listen: "127.0.0.1:8080", Proxies: []string{"10.0.0.0/8", "192.0.2.1"}, Many: 3, JSON: true}
	want.Serve.Port = 8080
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("settings (-got +want):\n%s", diff)
	}
}

func TestPrecedence(t *testing.T) {
	const file = "listen: file"
	for _, tt := range []struct {
		name, file, variable, want string
		args                       []string
	}{
		{"nobody says", "", "", "default", nil},
		{"the file", file, "", "file", nil},
		{"the environment before the file", file, "environment", "environment", nil},
		{"the command line before all", file, "environment", "flag", []string{"--listen", "flag"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("LIVINGPROFILE_LISTEN", tt.variable)
			if err := config.DropEmpty(); err != nil {
				t.Fatal(err)
			}
			got, err := parse(t, tt.file, tt.args...)
			if err != nil || got.Listen != tt.want {
				t.Errorf("got %q, %v; want %q", got.Listen, err, tt.want)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"unknown keys, by name and line", "nope: 1\nlisten: a\nalso-not: 2", "unknown settings in the configuration file: also-not (line 3), nope (line 1)"},
		{"a key of help", "help: true", "unknown settings in the configuration file: help (line 1)"},
		{"nothing behind a key", "listen:", "line 1: listen must be one value or a list"},
		{"a mapping", "listen: {a: b}", "line 1: listen must be one value or a list"},
		{"a list of lists", "trusted-proxies: [[a]]", "line 1: trusted-proxies must be a list of values without commas"},
		{"a key twice", "listen: a\nlisten: b", "already defined"},
		{"what is no YAML", "listen: [", "read configuration: "},
		{"what is no mapping", "- listen", "read configuration: "},
		{"a word for a number", "many: three", "many"},
		{"more than a configuration is", "# " + strings.Repeat("x", 1<<20), "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parse(t, tt.file); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestUnknownVariables(t *testing.T) {
	parser, err := kong.New(&program{})
	if err != nil {
		t.Fatal(err)
	}
	got := config.Unknown(parser.Model, []string{
		"PATH=/bin", "LIVINGPROFILE_LISTEN=:1", "LIVINGPROFILE_LISTN=:1", "LIVINGPROFILE_DATA=x",
		"LIVINGPROFILE_SERVICE_HOST=10.0.0.1", "LIVINGPROFILE_PORT=tcp://10.0.0.1:80", "LIVINGPROFILE_PORT_80_TCP_ADDR=10.0.0.1",
		"LIVINGPROFILE_TEST_POSTGRES=postgres://",
	})
	if diff := cmp.Diff(got, []string{"LIVINGPROFILE_DATA", "LIVINGPROFILE_LISTN"}); diff != "" {
		t.Errorf("unknown variables (-got +want):\n%s", diff)
	}
}
