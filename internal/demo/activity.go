package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"livingprofile/internal/activity"
)

// A Report is what one system tells of what a person did.
type Report struct {
	System string
	Brand  string
	Items  []activity.Item
}

// Activities returns what the systems tell of p over the two years before now,
// the earliest first: of the three who are named everything, of the others the
// last of it. The same person and day give the same.
func Activities(p *Person, now time.Time) []Report {
	a := acts{
		p: p, today: now.UTC().Truncate(24 * time.Hour),
		Rand: rand.New(rand.NewPCG(uint64(p.Index), 17)), //nolint:gosec // made-up people
	}
	var all []Report
	if p.Machines != nil {
		all = append(all, Report{Machines, "tsubame", a.training()})
	}
	if p.Shop != nil && p.Shop.Orders > 0 {
		all = append(all, Report{Shop, "hibiki", a.orders()})
	}
	if p.Support != nil {
		all = append(all, Report{Support, "", a.calls()})
	}
	return all
}

// acts draws what a person did.
type acts struct {
	*rand.Rand
	p     *Person
	today time.Time
}

// most is how much of what somebody did is told.
func (a *acts) most(named, others int) int {
	if a.p.Index < 3 {
		return named
	}
	return others
}

func (a *acts) day(ago, hour int) time.Time {
	return a.today.AddDate(0, 0, -ago).Add(time.Duration(hour)*time.Hour + time.Duration(a.IntN(60))*time.Minute)
}

// training is one session every three or four days, on a favourite machine
// more often than not.
func (a *acts) training() []activity.Item {
	machines := []string{"treadmill", "bike", "rowing", "cable"}
	favourite := machines[a.IntN(len(machines))]
	var days []int
	for ago := 1; ago < 720 && len(days) < a.most(200, 8); ago += 2 + a.IntN(4) {
		days = append(days, ago)
	}
	items := make([]activity.Item, 0, len(days))
	for i := range days {
		machine, minutes := favourite, 25+5*a.IntN(9)
		if a.IntN(5) < 2 {
			machine = machines[a.IntN(len(machines))]
		}
		items = append(items, activity.Item{
			Event: a.event("T", i), Kind: "training-session", At: a.day(days[len(days)-1-i], 9),
			Values: map[string]string{"machine": machine, "minutes": strconv.Itoa(minutes), "energy": strconv.Itoa(minutes * (6 + a.IntN(5)))},
		})
	}
	return items
}

func (a *acts) orders() []activity.Item {
	n := min(a.p.Shop.Orders, a.most(24, 3))
	items := make([]activity.Item, 0, n)
	for i := range n {
		ago := 5 + (n-1-i)*700/n + a.IntN(9)
		count := 1 + a.IntN(4)
		items = append(items, activity.Item{
			Event: a.event("O", i), Kind: "order", At: a.day(ago, 11),
			Values: map[string]string{"items": strconv.Itoa(count), "amount": strconv.Itoa(count * (800 + 100*a.IntN(90)))},
		})
	}
	return items
}

func (a *acts) calls() []activity.Item {
	topics := []string{"repair", "delivery", "invoice", "membership"}
	n := 1 + a.IntN(a.most(6, 2))
	items := make([]activity.Item, 0, n)
	for i := range n {
		items = append(items, activity.Item{
			Event: a.event("S", i), Kind: "support-call", At: a.day(10+(n-1-i)*340/n, 2),
			Values: map[string]string{"topic": topics[a.IntN(len(topics))], "minutes": strconv.Itoa(3 + a.IntN(25))},
		})
	}
	return items
}

func (a *acts) event(letter string, i int) string {
	return fmt.Sprintf("%s-%06d-%04d", letter, a.p.Index, i)
}
