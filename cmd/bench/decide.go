package bench

import (
	"fmt"
	"net/http"
	"strings"
)

// The names of questions about what may be done.
const (
	decideOne  = "decide about one person"
	decideMany = "decide about a thousand"
)

// many is how many people one question is about.
const many = 1000

// decideTargets adds the questions to both sides.
func (p *people) decideTargets(product, below *child, ours, floors map[string]*target) {
	for name, n := range map[string]int{decideOne: 1, decideMany: many} {
		ours[name] = &target{server: product, want: http.StatusOK, request: func(k int64) []byte {
			return p.decide(product, "/api/v1/decisions", k, n, func(i int64) string { return p.names[i] })
		}}
		floors[name] = &target{server: below, want: http.StatusOK, request: func(k int64) []byte {
			return p.decide(below, "/decisions", k, n, func(i int64) string { return string(p.subjects[i]) })
		}}
	}
}

// decide asks about n people, from number k on.
func (p *people) decide(c *child, path string, k int64, n int, name func(int64) string) []byte {
	all := int64(len(p.subjects))
	var b strings.Builder
	fmt.Fprintf(&b, `{"purpose":%q,"subjects":[`, purposeName(0))
	for i := range int64(n) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q", name((k*int64(n)+i)%all*stride%all))
	}
	b.WriteString("]}")
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, c.address, p.key, b.Len(), b.String())
}
