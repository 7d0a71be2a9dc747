package calendar

import "time"

// holiday is a public holiday of one year.
type holiday struct {
	date Date
	name string
}

// Countries returns the countries whose public holidays are known, by the codes
// of ISO 3166.
func Countries() []string { return []string{"DK", "FI", "NO", "SE"} }

// holidays returns the public holidays of a country in a year, with their names
// in the country's language. Another country has none.
func holidays(country string, year int) []holiday {
	switch country {
	case "NO":
		return norwegian(year)
	case "SE":
		return swedish(year)
	case "DK":
		return danish(year)
	case "FI":
		return finnish(year)
	}
	return nil
}

// norwegian follows lov 24. februar 1995 nr. 12 om helligdager og
// helligdagsfred § 2, and lov 26. april 1947 nr. 1 om 1 og 17 mai § 1. The eves
// of Easter, Whitsun and Christmas are no holidays: by § 3 only the peace
// begins at 16:00 on them.
func norwegian(year int) []holiday {
	e := easter(year)
	return []holiday{
		{Date{year, time.January, 1}, "nyttårsdag"},
		{e.AddDays(-3), "skjærtorsdag"},
		{e.AddDays(-2), "langfredag"},
		{e, "første påskedag"},
		{e.AddDays(1), "annen påskedag"},
		{Date{year, time.May, 1}, "arbeidernes dag"},
		{Date{year, time.May, 17}, "grunnlovsdagen"},
		{e.AddDays(39), "Kristi himmelfartsdag"},
		{e.AddDays(49), "første pinsedag"},
		{e.AddDays(50), "annen pinsedag"},
		{Date{year, time.December, 25}, "første juledag"},
		{Date{year, time.December, 26}, "annen juledag"},
	}
}

// swedish follows lag (1989:253) om allmänna helgdagar, and lag (1930:173) om
// beräkning av lagstadgad tid § 2, by which a time limit no more ends on the
// eves of midsummer, Christmas and New Year than on a holiday.
func swedish(year int) []holiday {
	e := easter(year)
	midsummer := saturdayFrom(Date{year, time.June, 20})
	return []holiday{
		{Date{year, time.January, 1}, "nyårsdagen"},
		{Date{year, time.January, 6}, "trettondedag jul"},
		{e.AddDays(-2), "långfredagen"},
		{e, "påskdagen"},
		{e.AddDays(1), "annandag påsk"},
		{Date{year, time.May, 1}, "första maj"},
		{e.AddDays(39), "Kristi himmelsfärdsdag"},
		{e.AddDays(49), "pingstdagen"},
		{Date{year, time.June, 6}, "nationaldagen"},
		{midsummer.AddDays(-1), "midsommarafton"},
		{midsummer, "midsommardagen"},
		{saturdayFrom(Date{year, time.October, 31}), "alla helgons dag"},
		{Date{year, time.December, 24}, "julafton"},
		{Date{year, time.December, 25}, "juldagen"},
		{Date{year, time.December, 26}, "annandag jul"},
		{Date{year, time.December, 31}, "nyårsafton"},
	}
}

// danish follows the holidays that lov om detailsalg fra butikker m.v. § 2 counts
// up; grundlovsdag and juleaftensdag, on which it closes shops too, are none.
// Store bededag was abolished from 2024 on by lov om konsekvenser ved
// afskaffelsen af store bededag som helligdag (L 13 of 2022-23).
func danish(year int) []holiday {
	e := easter(year)
	days := []holiday{
		{Date{year, time.January, 1}, "nytårsdag"},
		{e.AddDays(-3), "skærtorsdag"},
		{e.AddDays(-2), "langfredag"},
		{e, "påskedag"},
		{e.AddDays(1), "2. påskedag"},
		{e.AddDays(39), "Kristi himmelfartsdag"},
		{e.AddDays(49), "pinsedag"},
		{e.AddDays(50), "2. pinsedag"},
		{Date{year, time.December, 25}, "juledag"},
		{Date{year, time.December, 26}, "2. juledag"},
	}
	if year < 2024 {
		days = append(days, holiday{e.AddDays(26), "store bededag"})
	}
	return days
}

// finnish follows the feasts of kirkkolaki, the acts on Independence Day
// (388/1937) and May Day (272/1944), and laki säädettyjen määräaikain
// laskemisesta (150/1930) § 5, by which a time limit no more ends on the eves
// of midsummer and Christmas than on a holiday.
func finnish(year int) []holiday {
	e := easter(year)
	midsummer := saturdayFrom(Date{year, time.June, 20})
	return []holiday{
		{Date{year, time.January, 1}, "uudenvuodenpäivä"},
		{Date{year, time.January, 6}, "loppiainen"},
		{e.AddDays(-2), "pitkäperjantai"},
		{e, "pääsiäispäivä"},
		{e.AddDays(1), "toinen pääsiäispäivä"},
		{Date{year, time.May, 1}, "vappu"},
		{e.AddDays(39), "helatorstai"},
		{e.AddDays(49), "helluntaipäivä"},
		{midsummer.AddDays(-1), "juhannusaatto"},
		{midsummer, "juhannuspäivä"},
		{saturdayFrom(Date{year, time.October, 31}), "pyhäinpäivä"},
		{Date{year, time.December, 6}, "itsenäisyyspäivä"},
		{Date{year, time.December, 24}, "jouluaatto"},
		{Date{year, time.December, 25}, "joulupäivä"},
		{Date{year, time.December, 26}, "tapaninpäivä"},
	}
}

// saturdayFrom is the first Saturday on or after d.
func saturdayFrom(d Date) Date { return d.AddDays(int(time.Saturday - d.Weekday())) }
