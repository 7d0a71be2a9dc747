package email

import "time"

// quirkRelogin is how far logins are apart after failures, in the tests.
const quirkRelogin = 30 * time.Millisecond

// quirkOptions are those of an impatient listener.
func quirkOptions(clock func() time.Time) Options {
	return Options{Clock: clock, Timeout: 700 * time.Millisecond, Relogin: quirkRelogin}
}

// patienceOfTests is how long a test waits for what must come.
const patienceOfTests = 20 * time.Second

// quirkPoll is how often a folder is read in the tests.
const quirkPoll = 50 * time.Millisecond
