package mailbox_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"livingprofile/views/mailbox"
	"livingprofile/views/ui"
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, source, text string
		links              []ui.Link
	}{
		{"nothing", "", "", nil},
		{
			"blocks become lines", "<title>no</title><h1>Sign in</h1><p>Press\n the <b>button</b>.<br>Then wait.</p>",
			"Sign in\nPress the button.\nThen wait.", nil,
		},
		{
			"each link once", `<p><a href="https://a.example/?x=1&amp;y=2"> Go <i>on</i> </a><a href="https://a.example/?x=1&amp;y=2">again</a></p>`,
			"Go on again",
			[]ui.Link{{Text: "Go on", Href: "https://a.example/?x=1&y=2"}},
		},
		{
			"what would do harm is words at most", `<script>alert(1)</script><style>p{}</style><a href="javascript:alert(1)">x</a><a href="mailto:a@b.example">y</a>`,
			"xy", nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, links := mailbox.Read(test.source)
			if text != test.text {
				t.Errorf("got %q, want %q", text, test.text)
			}
			if diff := cmp.Diff(links, test.links); diff != "" {
				t.Errorf("got -, want +\n%s", diff)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`<p><a href="https://a.example">a</a>`)
	f.Add(`<svg><a href="https://a.example"><style><a>`)
	f.Fuzz(func(t *testing.T, source string) {
		_, links := mailbox.Read(source)
		for _, l := range links {
			if len(l.Href) < len("http://") || l.Href[:4] != "http" {
				t.Errorf("got a link to %q", l.Href)
			}
		}
	})
}
