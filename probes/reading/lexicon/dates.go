package lexicon

// dateWords are the days and months, which templates fill in as they do numbers, and the small
// words that join dates and names.
func dateWords() string {
	return `mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tysdag laurdag tisdag lördag söndag ` +
		`monday tuesday wednesday thursday friday saturday sunday maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai ` +
		`maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ` +
		`januar februar mars marts april mai maj juni juli august september oktober november desember december januari februari augusti ` +
		`january february march may june july october tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta ` +
		`elokuuta syyskuuta lokakuuta marraskuuta joulukuuta man tir ons tor fre lør søn mån tis lör sön mon tue wed thu fri sat sun ` +
		`jan feb mar apr jun jul aug sep sept okt oct nov des dec ` +
		`kl klokka klokken klo den d von van der av de`
}
