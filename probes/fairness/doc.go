// Package fairness says how sure a figure is. Its functions are pure: counts
// and waits in, estimates and intervals out.
package fairness
