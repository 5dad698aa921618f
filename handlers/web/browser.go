package web

import (
	"context"
	"strings"

	"github.com/labstack/echo/v4"

	"livingprofile/internal/i18n"
)

// A Browser is what its name for itself gives away: enough for its owner to
// know it again, and no more. What is not known is "".
type Browser struct {
	Name, System string
	Mobile       bool
}

// Words names the browser: "Firefox on Windows".
func (b Browser) Words(ctx context.Context) string {
	switch {
	case b.Name == "" && b.System == "":
		return i18n.T(ctx, "page.browser.unknown")
	case b.Name == "":
		return i18n.T(ctx, "page.browser.on", "browser", i18n.T(ctx, "page.browser.some"), "system", b.System)
	case b.System == "":
		return b.Name
	}
	return i18n.T(ctx, "page.browser.on", "browser", b.Name, "system", b.System)
}

// Device names the browser that a request comes from, "" for one that is not
// known: the sentences of mails do without it.
func Device(c echo.Context) string {
	b := BrowserOf(c.Request().UserAgent())
	if b.Name == "" {
		return ""
	}
	return b.Words(Context(c))
}

// A mark is a word in a User-Agent header and what it stands for.
type mark struct{ word, means string }

// BrowserOf reads a User-Agent header. The order of the marks matters: nearly
// every browser also claims to be those that came before it.
func BrowserOf(agent string) Browser {
	b := Browser{
		Name: find(agent, []mark{
			{"Edg/", "Edge"},
			{"EdgA/", "Edge"},
			{"EdgiOS/", "Edge"},
			{"OPR/", "Opera"},
			{"OPX/", "Opera"},
			{"SamsungBrowser/", "Samsung Internet"},
			{"Vivaldi/", "Vivaldi"},
			{"YaBrowser/", "Yandex"},
			{"DuckDuckGo/", "DuckDuckGo"},
			{" Line/", "LINE"},
			{"FxiOS/", "Firefox"},
			{"Firefox/", "Firefox"},
			{"CriOS/", "Chrome"},
			{"Chrome/", "Chrome"},
			{"Safari/", "Safari"},
			{"AppleWebKit/", "Safari"},
		}),
		System: find(agent, []mark{
			{"iPhone", "iPhone"},
			{"iPad", "iPad"},
			{"Android", "Android"},
			{"CrOS", "ChromeOS"},
			{"Windows", "Windows"},
			{"Macintosh", "Mac"},
			{"Linux", "Linux"},
		}),
	}
	b.Mobile = b.System == "iPhone" || b.System == "iPad" || b.System == "Android"
	return b
}

func find(agent string, marks []mark) string {
	for _, m := range marks {
		if strings.Contains(agent, m.word) {
			return m.means
		}
	}
	return ""
}
