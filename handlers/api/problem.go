package api

import "net/http"

// ProblemName returns the name of the problem that a status stands for, "" for
// a status that is none. The names are a promise: systems tell errors apart by
// them, and the reference says what each means.
func ProblemName(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusUnauthorized:
		return "unauthenticated"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "not-found"
	case http.StatusMethodNotAllowed:
		return "method-not-allowed"
	case http.StatusConflict:
		return "conflict"
	case http.StatusGone:
		return "gone"
	case http.StatusPreconditionFailed:
		return "version-moved"
	case http.StatusRequestEntityTooLarge:
		return "too-large"
	case http.StatusUnsupportedMediaType:
		return "not-json"
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusPreconditionRequired:
		return "version-needed"
	case http.StatusTooManyRequests:
		return "too-many"
	case http.StatusInternalServerError:
		return "internal"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	return ""
}
