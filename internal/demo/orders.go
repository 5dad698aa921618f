package demo

import (
	"path/filepath"
	"strconv"
	"time"

	"livingprofile/internal/activity"
)

// OrdersFile is the name of the shop's export of orders.
const OrdersFile = "orders_export.csv"

// orderColumns are some of those that Shopify exports.
func orderColumns() []string {
	return []string{
		"Name", "Email", "Financial Status", "Currency", "Subtotal", "Total", "Created at", "Lineitem quantity", "Lineitem name",
		"Lineitem price", "Billing Name", "Billing Country", "Id",
	}
}

// Orders writes what the shop would export of the orders of people into dir.
// Nothing has read it: it holds the orders that the shop has told of, and for
// everybody a new one. Some rows are the further lines of an order, and two are
// bad on purpose.
func Orders(people []Person, dir string, now time.Time) (SourceFile, error) {
	f := SourceFile{System: Shop, Map: "shopify-orders", Path: filepath.Join(dir, OrdersFile), Bad: 2}
	rows := [][]string{orderColumns()}
	for i := range people {
		p := &people[i]
		for _, r := range Activities(p, now) {
			if r.System != Shop {
				continue
			}
			for n := range r.Items {
				rows = append(rows, orderRows(p, &r.Items[n])...)
			}
			rows = append(rows, orderRows(p, &activity.Item{
				Event: "N-" + strconv.Itoa(p.Index), At: now.UTC().AddDate(0, 0, -1).Truncate(time.Minute),
				Values: map[string]string{"items": "1", "amount": strconv.Itoa(980 + 10*(p.Index%50))},
			})...)
		}
	}
	bad := []string{"BAD-1", "bad.order@example.com", "paid", "JPY", "0", "a lot", now.UTC().Format(time.RFC3339), "1", "Strings", "0", "Bad Row", "JP", "1"}
	soon := []string{"BAD-2", "bad.order@example.com", "paid", "JPY", "0", "1", now.UTC().AddDate(1, 0, 0).Format(time.RFC3339), "1", "Strings", "0", "Bad Row", "JP", "2"}
	rows = append(rows, bad, soon)
	f.Rows = len(rows) - 1
	return f, write(f.Path, rows)
}

// orderRows are the lines of one order.
func orderRows(p *Person, o *activity.Item) [][]string {
	given, family := p.Given, p.Family
	if p.Shop.Latin {
		given, family = p.LatinGiven, p.LatinFamily
	}
	amount, at := o.Values["amount"], o.At.Format("2006-01-02 15:04:05 -0700")
	rows := [][]string{{
		o.Event, p.Email, "paid", "JPY", amount + ".00", amount + ".00", at, "1", "Strings", amount, given + " " + family, p.Country, "",
	}}
	if o.Values["items"] != "1" {
		rows = append(rows, []string{o.Event, p.Email, "", "", "", "", at, "1", "Rosin", "0", "", "", ""})
	}
	return rows
}
