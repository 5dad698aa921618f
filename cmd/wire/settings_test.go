package wire

import (
	"net"
	"path/filepath"
	"testing"
)

func TestBaseURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://privacy.example.com":      "https://privacy.example.com",
		"https://privacy.example.com/":     "https://privacy.example.com",
		"https://privacy.example.com:8443": "https://privacy.example.com:8443",
		"http://localhost:8080":            "http://localhost:8080",
		"http://127.0.0.1:8080":            "http://127.0.0.1:8080",
		"http://127.9.9.9":                 "http://127.9.9.9",
		"http://[::1]:8080":                "http://[::1]:8080",

		"http://privacy.example.com":            "",
		"http://10.0.0.1":                       "",
		"http://0.0.0.0:8080":                   "",
		"http://:8080":                          "",
		"http://localhost.example.com":          "",
		"http://127.0.0.1.example.com":          "",
		"http://localhost@evil.example":         "",
		"https://user:secret@example.com":       "",
		"https://privacy.example.com/path":      "",
		"https://privacy.example.com?x=1":       "",
		"https://privacy.example.com#x":         "",
		"ftp://localhost":                       "",
		"//privacy.example.com":                 "",
		"privacy.example.com":                   "",
		"javascript:alert(1)":                   "",
		"https://":                              "",
		"":                                      "",
		"https://privacy.example.com:port/":     "",
		"https://privacy.example.com\r\nX-A: b": "",
	} {
		u, err := (&Settings{BaseURL: address}).baseURL()
		got := ""
		if err == nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%q: got %q, %v, want %q", address, got, err, want)
		}
	}
}

func TestProxies(t *testing.T) {
	for proxy, want := range map[string]string{
		"10.0.0.0/8": "10.0.0.0/8", "10.1.2.3": "10.1.2.3/32", "2001:db8::1": "2001:db8::1/128", "2001:db8::/32": "2001:db8::/32",
		"::ffff:10.1.2.3": "10.1.2.3/32", "10.1.2.3/40": "", "proxy.example.com": "", "": "", "10.0.0": "", "*": "",
	} {
		all, err := (&Settings{Proxies: []string{proxy}}).proxies()
		got := ""
		if err == nil {
			got = all[0].String()
		}
		if got != want {
			t.Errorf("%q: got %q, %v, want %q", proxy, got, err, want)
		}
	}
	all, err := (&Settings{Proxies: []string{"10.1.2.3", "192.0.2.0/24"}}).proxies()
	if err != nil || len(all) != 2 || !all[1].Contains(net.ParseIP("192.0.2.77")) {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestPaths(t *testing.T) {
	for _, tc := range []struct {
		settings            Settings
		master, checkpoints string
	}{
		{Settings{Database: "lp"}, "lp/master.json", "lp/checkpoints.txt"},
		{Settings{Database: "postgres://db/lp"}, "data/master.json", "data/checkpoints.txt"},
		{Settings{Database: "postgres://db/lp", Folder: "f"}, "f/master.json", "f/checkpoints.txt"},
		{Settings{Database: "lp", Master: "/keys/m", Checkpoints: "/far/c"}, "/keys/m", "/far/c"},
	} {
		if got := filepath.ToSlash(tc.settings.MasterPath()); got != tc.master {
			t.Errorf("%+v: got %q, want %q", tc.settings, got, tc.master)
		}
		if got := filepath.ToSlash(tc.settings.CheckpointPath()); got != tc.checkpoints {
			t.Errorf("%+v: got %q, want %q", tc.settings, got, tc.checkpoints)
		}
	}
}
