package portal

import "strings"

// A browser is what its name for itself gives away: enough for its owner to
// know it again, and no more. What is not known is "".
type browser struct {
	name, system string
	mobile       bool
}

// A mark is a word in a User-Agent header and what it stands for.
type mark struct{ word, means string }

// browserOf reads a User-Agent header. The order of the marks matters: nearly
// every browser also claims to be those that came before it.
func browserOf(agent string) browser {
	b := browser{
		name: find(agent, []mark{
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
		system: find(agent, []mark{
			{"iPhone", "iPhone"},
			{"iPad", "iPad"},
			{"Android", "Android"},
			{"CrOS", "ChromeOS"},
			{"Windows", "Windows"},
			{"Macintosh", "Mac"},
			{"Linux", "Linux"},
		}),
	}
	b.mobile = b.system == "iPhone" || b.system == "iPad" || b.system == "Android"
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
