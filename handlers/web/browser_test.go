package web_test

import (
	"testing"

	"livingprofile/handlers/web"
)

func TestBrowserOf(t *testing.T) {
	const webkit = " AppleWebKit/537.36 (KHTML, like Gecko) "
	for agent, want := range map[string]web.Browser{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:135.0) Gecko/20100101 Firefox/135.0":                                                       {"Firefox", "Windows", false},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Chrome/133.0.0.0 Safari/537.36":                                            {"Chrome", "Mac", false},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/133.0.0.0 Safari/537.36 Edg/133.0.0.0":                                    {"Edge", "Windows", false},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15":                  {"Safari", "Mac", false},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/133.0 Mobile/15E148 Safari/604.1": {"Chrome", "iPhone", true},
		"Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1":         {"Safari", "iPad", true},
		"Mozilla/5.0 (Linux; Android 14; SM-S921B)" + webkit + "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36":                       {"Samsung Internet", "Android", true},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)" + webkit + "Chrome/133.0.0.0 Safari/537.36":                                                   {"Chrome", "ChromeOS", false},
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                                 {"Firefox", "Linux", false},
		"curl/8.5.0": {},
		"":           {},
	} {
		if got := web.BrowserOf(agent); got != want {
			t.Errorf("%q: got %+v, want %+v", agent, got, want)
		}
	}
}
