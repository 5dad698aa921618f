package e2e

import "net/http"

// rightsStops come right after a fresh proof, which a copy and an erasure want.
func rightsStops() []stop {
	const file = "main form .main"
	return []stop{
		at("rights", "/requests"),
		at("right_access", "/rights/access"),
		{name: "request_copy", page: true, lead: func(r *tour) int { return r.Go(file) }},
		at("right_rectification", "/rights/rectification"),
		{name: "right_wrong", status: http.StatusUnprocessableEntity, lead: func(r *tour) int {
			// A required box that holds nothing but blanks gets past the browser.
			r.Fill("[name=text]", " ")
			return r.Go(file)
		}},
		{name: "request_rectification", lead: func(r *tour) int {
			r.Fill("[name=text]", "It is spelt otherwise.")
			return r.Go(file)
		}},
		at("right_restriction", "/rights/restriction"),
		{name: "request_frozen", lead: func(r *tour) int {
			r.Set("#f-scope", "all")
			r.Press("#f-ground-claims")
			return r.asks(file)
		}},
		at("allow_frozen", "/allow"),
		{name: "request_lifted", lead: func(r *tour) int {
			r.Open(r.w.URL + r.request)
			return r.Go(`form[action$="/lift"] button`)
		}},
		at("right_objection", "/rights/objection"),
		at("right_complaint", "/rights/complaint"),
		at("right_erasure", "/rights/erasure"),
		{name: "request_cooling", page: true, lead: func(r *tour) int {
			r.Press("#f-days-7")
			return r.asks(file)
		}},
		at("rights_listed", "/requests"),
		{name: "request_cancelled", lead: func(r *tour) int {
			r.Go(`#requests .row a[href="` + r.request + `"]`)
			return r.Go(`form[action$="/cancel"] button`)
		}},
	}
}

// asks files a request and keeps where it is: staff may file another meanwhile.
func (r *tour) asks(file string) int {
	status := r.Go(file)
	r.request = r.Path()
	return status
}
