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
// An [Observation] is one wait. [KaplanMeier] and [LogRank] take every cause
// for an answer; [AalenJohansen] keeps the causes apart, because whoever was
// sent elsewhere will not be answered later. Errors of its curves are by the
// infinitesimal jackknife: each observation's influence, squared and summed.
// Answers come before censorings at the same time. Times that differ by less
// than the arithmetic of their making are the same time, as in R's package
// survival, whose results these are to 1e-9.
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
