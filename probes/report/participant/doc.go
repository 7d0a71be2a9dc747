// Package participant writes the page that a participant gets of the season: where
// it stands in its class and how sure that is, what each channel gave, and every
// contact with what it counted.
//
// The page names no other company and no person. It is one file of HTML that needs
// nothing beside it, and is made for paper as well as for a screen. It is written
// in each language of package report; a further language is a further file there.
//
// # Figures
//
// Each figure stands in an element of its own,
//
//	<data value="0.7512" data-of="standings.score">75.12</data>
//
// whose value is not rounded and whose data-of names what docs/scoring.md computes
// from the exported contacts: the table, a channel or a contact where the table has
// several of the company, and the column. The tests take every figure of a page and
// compute it once more in DuckDB; a figure outside such an element fails them.
package participant
