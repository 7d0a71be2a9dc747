// Package docs holds the documents that svartid itself hands out.
package docs

import _ "embed" // for the documents

// Scoring is docs/scoring.md: the statements that compute standings once more.
//
//go:embed scoring.md
var Scoring []byte
