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

func readController(name string, c *object) transfer.Controller {
	return transfer.Controller{Name: name, Label: c.text("label"), URL: c.word("url")}
}

func ofController(c *transfer.Controller) (ts traits) {
	ts.text("label", c.Label)
	ts.add("url", c.URL)
	return ts
}

// controller checks one that people may have their data sent to.
func (c *checker) controller(t *transfer.Controller) {
	p := join("controllers", t.Name)
	c.required(join(p, "label"), t.Label, nil)
	if !hook.ValidURL(t.URL) {
		c.note(join(p, "url"), "%s is no address to send to: https, or http on this machine", quoted(t.URL))
	}
}
