// Package wire puts the parts of the product together, for the program and for
// tests of the whole. It decides nothing: whatever could be decided is in the
// settings or in the parts.
package wire

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"livingprofile/internal/login"
	"livingprofile/internal/mail"
)

// Settings are what an installation may choose. The zero value of each has a
// use.
type Settings struct {
	Database    string // folder of SQLite files, or postgres://
	Keys        string // key store; "" for beside the database
	Master      string // master key file; "" for master.json in the folder
	Checkpoints string // checkpoint file; "" for checkpoints.txt in the folder
	Erasures    string // erasure list; "" for erasures.jsonl in the folder
	Exchange    string // where the folders of systems are; "" for exchange in the folder
	Folder      string // for files of an installation on PostgreSQL
	Laws        string // folder of the operator's law packs; "" for none
	Connections int

	BaseURL string   // "" for http:// and the address listened on
	Console string   // under which staff reach the console; "" for the base URL
	Apart   bool     // the console has a listener of its own, and is found nowhere else
	Proxies []string // networks whose X-Forwarded-For is believed
	Sign    login.Settings
	// APIPerMinute is how many requests an API key may make in a minute; 0 for
	// the default of package api.
	APIPerMinute int
	// WarnDays is how many days before a due date staff are warned by mail; 0 for
	// a week, negative for no mails.
	WarnDays int
	// Outbound lists private networks that may be connected to; see
	// outbound.Options.
	Outbound []string
	// HookLease is how long a hook that a process took on is left to it; 0 for
	// the default of package hook.
	HookLease time.Duration
	Mail      MailSettings
}

// MailSettings say how mail leaves.
type MailSettings struct {
	mail.Config
	From string // address of the sender
}

// folder is where files of the installation are kept.
func (s *Settings) folder() string {
	switch {
	case s.Folder != "":
		return s.Folder
	case strings.Contains(s.Database, "://"):
		return "data"
	}
	return s.Database
}

// MasterPath returns where the master key is.
func (s *Settings) MasterPath() string { return or(s.Master, filepath.Join(s.folder(), "master.json")) }

// Exists tells whether the installation was made: its master key is there.
func (s *Settings) Exists() bool {
	_, err := os.Stat(s.MasterPath())
	return err == nil
}

// Keyless tells whether there is data and the key to it is missing. A new key
// would not open it.
func (s *Settings) Keyless() bool {
	if strings.Contains(s.Database, "://") || s.Exists() {
		return false
	}
	_, err := os.Stat(filepath.Join(s.Database, "profile.db"))
	return err == nil
}

// CheckpointPath returns where checkpoints are copied to.
func (s *Settings) CheckpointPath() string {
	return or(s.Checkpoints, filepath.Join(s.folder(), "checkpoints.txt"))
}

// ErasurePath returns where the erasure list is.
func (s *Settings) ErasurePath() string {
	return or(s.Erasures, filepath.Join(s.folder(), "erasures.jsonl"))
}

// ExchangePath returns where the folders are through which files are exchanged
// with systems.
func (s *Settings) ExchangePath() string {
	return or(s.Exchange, filepath.Join(s.folder(), "exchange"))
}

// baseURL checks that the product is reached by https, or on loopback: a
// session over plain http can be read on the way.
func (s *Settings) baseURL() (*url.URL, error) {
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("base URL %q must be a scheme and a host", s.BaseURL)
	}
	u.Path = ""
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback(u.Hostname()):
	default:
		return nil, fmt.Errorf("base URL %q must be https, or http on this machine", s.BaseURL)
	}
	return u, nil
}

// consoleURL is where the console is reached: as people reach the product, unless
// it has an address of its own. Passkeys belong to a name, and so this machine is
// called by its name there.
func (s *Settings) consoleURL(base *url.URL) (*url.URL, error) {
	if s.Console != "" {
		own := Settings{BaseURL: s.Console}
		u, err := own.baseURL()
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		base = u
	}
	u := *base
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		u.Host = "localhost"
		if port := base.Port(); port != "" {
			u.Host = net.JoinHostPort("localhost", port)
		}
	}
	return &u, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func (s *Settings) proxies() ([]*net.IPNet, error) {
	var all []*net.IPNet
	for _, p := range s.Proxies {
		if one, err := netip.ParseAddr(p); err == nil {
			one = one.Unmap()
			p = netip.PrefixFrom(one, one.BitLen()).String()
		}
		_, network, err := net.ParseCIDR(p)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q: %w", p, err)
		}
		all = append(all, network)
	}
	return all, nil
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

// How often the background looks after things.
const (
	sealEvery    = 5 * time.Second
	refreshEvery = 5 * time.Second
	reloadEvery  = time.Minute
)
