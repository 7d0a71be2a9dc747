// Package fairness says how good a company is, and how sure that figure is.
// Its functions are pure: waits and outcomes in, estimates and intervals out;
// the order of what goes in changes nothing.
//
// # Silence counts
//
// A mean over answers alone praises whoever answers one customer of 25 in five
// minutes. Here a contact that nobody answered stays in the figure: what is
// measured is the share of the promised time that the customer did not have to
// wait, which is 0 after silence. What is not decided yet is censored: it
// counts as watched for as long as it was, and is neither dropped nor
// taken for silence.
//
// # Estimates
//
// Waits are estimated by package survival: the incidence of answers beside
// that of other ends, with errors by the infinitesimal jackknife.
//
// [ScoreClass] makes the companies' scores of the areas under those curves,
// and [Ranks], [Bonferroni] and [GaussianMax] say which of their differences
// are more than chance.
//
// # Standings
//
// [Rules] turn each [Contact] into an observation on the scale of its own
// deadline, by one of five policies; [Rules.Standings] ranks a class, and
// [Rules.Sensitivity] says how little it would take for another to win.
package fairness
