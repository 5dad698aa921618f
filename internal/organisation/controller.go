package organisation

import (
	"livingprofile/internal/hook"
	"livingprofile/internal/transfer"
)

// Controller returns the controller called name, a retired one too.
func (o *Organisation) Controller(name string) (*transfer.Controller, bool) {
	for i := range o.Controllers {
		if o.Controllers[i].Name == name {
			return &o.Controllers[i], true
		}
	}
	return nil, false
}

// Senders are the controllers that may send us what people take along.
func (o *Organisation) Senders() []transfer.Controller {
	var all []transfer.Controller
	for _, c := range o.Controllers {
		if c.Key != "" && !c.Retired {
			all = append(all, c)
		}
	}
	return all
}

func readController(name string, c *object) transfer.Controller {
	return transfer.Controller{Name: name, Label: c.text("label"), URL: c.word("url"), Key: c.word("key")}
}

func ofController(c *transfer.Controller) (ts traits) {
	ts.text("label", c.Label)
	ts.add("url", c.URL)
	ts.add("key", c.Key)
	return ts
}

// controller checks one that people may have their data sent to, or that may
// send us theirs.
func (c *checker) controller(t *transfer.Controller) {
	p := join("controllers", t.Name)
	c.required(join(p, "label"), t.Label, nil)
	if t.URL == "" && t.Key == "" {
		c.note(p, "has neither url, to send to, nor key, to take in what it sends")
	}
	if t.URL != "" && !hook.ValidURL(t.URL) {
		c.note(join(p, "url"), "%s is no address to send to: https, or http on this machine", quoted(t.URL))
	}
	if t.Key == "" {
		return
	}
	if _, err := transfer.ParsePublic(t.Key); err != nil {
		c.note(join(p, "key"), "%s is no key: copy x from its %s", quoted(t.Key), transfer.KeysPath)
	}
	for i := range c.Controllers {
		if o := &c.Controllers[i]; o.Key == t.Key && o.Name < t.Name && !o.Retired {
			c.note(join(p, "key"), "is that of %s as well: who sends would be a guess", o.Name)
		}
	}
}
