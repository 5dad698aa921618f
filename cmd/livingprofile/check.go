package main

import "fmt"

type checkCmd struct{}

func (*checkCmd) Help() string {
	return `Reads what a start would read, opens nothing and changes nothing. What is wrong
is named with file, line and reason.

Examples:
  livingprofile check --laws /etc/livingprofile/laws`
}

// Run says which law packs are in force; the configuration was read before.
func (*checkCmd) Run(env *environment, d *Data) error {
	settings := d.settings()
	packs, err := settings.Packs()
	if err != nil {
		return err
	}
	for _, p := range packs.All() {
		where := p.File
		if where == "" {
			where = "comes with the product"
		}
		fmt.Fprintf(env.stdout, "%s\t%s\n", p.Edition(), where)
	}
	return nil
}
