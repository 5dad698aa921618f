package testkit

import "os"

// longEnv names the variable that makes tests which draw or repeat do as much
// of it as before a release.
const longEnv = "LIVINGPROFILE_LONG"

// Long tells whether to do much more than in every run.
func Long() bool { return os.Getenv(longEnv) != "" }

// Size is how much a test does: little in every run, much when it is Long.
func Size(little, much int) int {
	if Long() {
		return much
	}
	return little
}
