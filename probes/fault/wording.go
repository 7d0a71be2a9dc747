package fault

import (
	"regexp"
	"strings"
	"sync"
)

// causeUnavailable is "mailbox unavailable": by RFC 5321 section 4.2.2 that it
// is not there (550), or that it is busy (450).
const causeUnavailable cause = "unavailable"

// A wording is how a cause is put into words. Raw wordings are looked for in
// what was said; all others in its [plain] form.
type wording struct {
	why   cause
	words *regexp.Regexp
	raw   bool
}

// wordings are tried in order: what names a thing before what is general, and
// what speaks of the sender before what speaks of the recipient.
//
//nolint:gochecknoglobals // it is set once and never changes
var wordings = sync.OnceValue(func() []wording {
	all := []struct {
		why   cause
		words string
	}{
		{causeAccount, saysAccount},
		{causeClosed, saysRestricted},
		{causeSender, saysBadSender},
		{causeListed, saysListed},
		{causeClosed, saysBusyReceiver},
		{causeRelay, `\brelay(?:ing|ed)?\b|rcpthosts|handle mail for`},
		{causeBarred, `recipient address(?:es)? rejected ?:? ?(?:access )?denied`},
		{causeUnknown, saysNoRecipient},
		{causeFull, saysFull},
		{causeContent, saysContent},
		{causeClosed, saysDisabled},
		{causeNetwork, `\bloops?\b|too many hops`},
		{causeRate, saysRate},
		{causeLogin, saysLogin},
		{causeDenied, `access (?:is |was )?denied`},
		{causeTrouble, saysTable},
		{causeNetwork, saysNetwork},
		{causeExpired, `\bexpired\b|gave up|giving up|(?:multiple|many|several) (?:retries|attempts)|retry (?:time|` +
			`limit)|too long|(?:not|never) (?:be )?delivered (?:for|within|after|in)`},
		{causeClosed, `\bsuspend(?:ed)?\b|\bdisabled\b|\bdeactivated\b|\binactive\b|\bclosed\b`},
		{causeDenied, saysDenied},
		{causeUnavailable, `(?:mailbox|user|recipient|account|address) (?:is |was |temporarily |currently )*unavail?able`},
		{causeTrouble, saysTrouble},
	}
	list := []wording{
		{causeUnknown, regexp.MustCompile(`resolver\.adr\.\w*notfound|dns\.nonexistentdomain`), true},
		{causeClosed, regexp.MustCompile(`resolver\.rst\.(?:notauthorized|authrequired|\w*restricted\w*)`), true},
		{causeFull, regexp.MustCompile(`storedrv[\w.;: ]*quotaexceeded`), true},
		{causeListed, regexp.MustCompile(saysLists + `|(?:refused|blocked|rejected|denied)[ :;,.-]+(?:please )?(?:see|` +
			`visit) (?:http|www)`), true},
	}
	for _, w := range all {
		list = append(list, wording{w.why, regexp.MustCompile(w.words), false})
	}
	return list
})

// The wordings. They are patterns over what is said, not the sentences of any
// one server: a thing, and what is the matter with it, in either order.
const (
	saysLists = `spamhaus|spamcop|sorbs\.net|barracudacentral|abuseat\.org|uceprotect|mailspike|surbl|uribl|psbl\.|` +
		`invaluement|cloudmark|` +
		`senderscore|\b[\w-]*(?:dnsbl|rbl|dbl|xbl|sbl|pbl)\b`

	saysAccount = `outbound|\byour (?:e-?mail |sending |smtp |mail )?(?:account|user|plan|subscription)\b|unusual sending|sending activity|sending (?:limit|quota|rate|is paused|paused)|(?:daily|hourly|monthly)[\w ]{0,20}(?:limit|` +
		`quota|sending)|` +
		`(?:e-?mails?|messages?|recipients?) per (?:day|hour|minute)|\bunverified\b|domain [\w.-]+ (?:is|are) not (?:allowed|permitted|authori[sz]ed) to send|send ?as\b|send on behalf|not owned by|sender identity|(?:is|are) not verified|` +
		`account[^.;]{0,60}\bsending|` +
		`credits|subscription (?:has |is )?(?:expired|inactive)|sandbox|authentication (?:failed|unsuccessful|failure|` +
		`credentials)|` +
		`credentials|password|username|throttling failure|relay limit`

	saysRestricted = `\bonly (?:\w+ ){0,3}(?:may|can|are allowed|is allowed)\b|\bonly (?:\w+ ){0,6}(?:authenticated|` +
		`authori[sz]ed|internal|members?|subscribers?|approved|certain|specific|trusted|known)|` +
		`(?:authenticated|authori[sz]ed|internal|approved|certain|specific) (?:senders?|users?|members?|people|` +
		`addresses)(?: only| (?:may|can|are allowed))|` +
		`not (?:been )?(?:allowed|authori[sz]ed|permitted|able) to (?:send|post|write|mail|e-?mail|` +
		`submit)[\w ]{0,20} (?:to|in) (?:this|the|that) ` +
		`(?:[\w-]+ )?(?:group|list|recipient|mailbox|address|distribution|user|person)|members?[- ]only|non-?members?|` +
		`moderat(?:ed|or)|` +
		`restrict(?:ed|s|ions?)?\b|authenticated (?:by|for) (?:the )?(?:organi[sz]ation|group|mailbox|public folder|` +
		`recipient)|allowed senders|list of (?:senders|people)|outside (?:of )?(?:your|the|its|their|our) organi[sz]ation|` +
		`(?:external|outside) (?:senders?|e-?mail|mail|domains)|(?:accept|` +
		`receiv)\w* (?:\w+ ){0,4}from (?:\w+ )?(?:authenticated|authori[sz]ed|internal|members?|` +
		`approved|certain|specific|its own|known|trusted|colleagues|employees|customers|subscribers)|not subscribed|` +
		`recipient preferences|user rules|` +
		`user (?:refuses|rejects)|blocked by the recipient|delivery restriction|internal use`

	saysBadSender = `(?:\bsenders?\b|return path|\bmail from|envelope from|\bfrom:|from address|from header|header from|` +
		`\b(?:5321|5322)\.?\w*from|purported|originating address)` +
		`[^.;]{0,60}\b(?:reject|denied|deny|refus|block|invalid|not |n't |unknown|fail|ban|bad|prohibit|unverif|forbid|` +
		`must|mismatch|spoof|unresolv|nonexist|non-exist|unrout)|` +
		`verify(?:ing)? (?:the )?sender|` +
		`(?:invalid|bad|unknown|unverified|forged|fake|unrout\w+|banned|blocked|rejected|denied|unauthori[sz]ed|illegal|` +
		`bogus|reject|block|deny) ` +
		`(?:\w+ ){0,2}(?:\bsenders?\b|return path|mail from|from address|from header)|` +
		`\bdmarc|\bspf\b|\bdkim|\barc\b|domainkeys|sender policy framework|sender id\b|unauthenticated|` +
		`authentication (?:check|requirement|level|information|result)|` +
		`not pass(?:ed)? (?:\w+ )?(?:authentication|validation)|spoof|impersonat|` +
		`\bhelo\b|\behlo\b|reverse|\bptr\b|\brdns\b|forward[- ]confirmed|client host|your (?:host|server|hostname|ip|` +
		`network|domain|isp|address|provider)\b|` +
		`cannot (?:find|resolve) your|(?:bad|invalid|banned|unverified) ips?\b|\bips? (?:address )?profile|dynamic (?:ip|` +
		`address|host)|generic (?:dns|hostname)|sending (?:ip|host|server|domain|mta|mail server|system)|` +
		`sender'?s? (?:ip|domain|host|server)|` +
		`(?:accept|allow|tak)\w* (?:\w+ ){0,5}from (?:you|your|this|that|ip|ips|dynamic|hosts?|servers?|domains?|` +
		`senders?|the sender)\b|` +
		`null sender|(?:tls|ssl|encryption)\S* (?:connection )?(?:is )?(?:required|needed|mandatory)|must (?:issue|` +
		`use) (?:\w+ )?(?:start)?tls|requires? (?:\w+ )?(?:tls|encrypt\w+)|` +
		`avsender\w*|avsändare\w*|afsender\w*|absender\w*|exp[ée]diteur`

	saysListed = `\bspam|anti-?spam|unsolicited|\bjunk|\bbulk\b|phish|open proxy|\bmass[- ]mail|adverti[s]|malware|\bvirus|` +
		`suspicious\b|suspicion|reputation|black ?-?list|block ?-?list|deny ?-?list|bad ?list|` +
		`blocked (?:using|by|for|because|due)|\blisted (?:in|at|on|by|as)|\b(?:is|are|was) listed|abus(?:e|ive)|` +
		`complaints?\b|trustworth|banned (?:sending|sender|ip|host)|` +
		`poor (?:score|rating)|\b(?:ip|ip address|host) (?:is |has been |was |temporarily )*(?:blocked|banned|denied|rejected)`

	saysBusyReceiver = `receiving (?:\w+ )?(?:at a rate|too)|receiv(?:ing|e) limits?|limit for receiving|` +
		`recipient (?:thread|rate|server) |(?:user|recipient|mailbox)[^.;]{0,40}too (?:quickly|fast|many messages)`

	// A recipient, and that there is none.
	saysPlace = `(?:users?|mailbox(?:es)?|mail ?box|recipients?|recipient'?s|addre[s]\w*|accounts?|person|people|addressee|` +
		`destinations?|alias|domain(?: name)?|host(?: name)?|` +
		`local[- ]?part|inbox|employee|rcpt|mottaker\w*|mottagare\w*|modtager\w*|adre[s]s\w*|brukere?n?|användare\w*|` +
		`postkasse\w*|postboks\w*|empf[äa]nger\w*|benutzer\w*|postfach|` +
		`utilisateur|destinataire|usuario|buz[óo]n|utente)`
	saysAbsent = `(?:unknown|(?:not|cannot|can't) (?:be |currently )?(?:found|exist\w*|known|valid|recogni[sz]ed|` +
		`registered|defined|local|here|configured|listed|present|in (?:the |our |my |its )?(?:directory|list|valid\w*))|` +
		`not an? (?:\w+ )?(?:valid|known|local|active|registered|existing)|missing|must exist|n't (?:exist|found|` +
		`have an? )|isn't (?:valid|known|in)|invalid|no longer (?:exist\w*|valid|in use|here|with|works?|employed|` +
		`available|part)|` +
		`non[- ]?exist\w*|undefined|undeliverable|unrout\w+|notfound|has (?:moved|left)|moved to|null mx|ukjent|okänd|` +
		`ukendt|unbekannt|inconnue?|desconocid\w+|sconosciut\w+|` +
		`(?:finnes|eksisterer|findes) ikke|finns inte|existiert nicht|nicht (?:gefunden|vorhanden)|n'existe pas|no existe)`
	saysNoRecipient = `\b` + saysPlace + `\b[^.;]{0,60}?\b` + saysAbsent + `|` +
		`\b(?:no such|unknown|invalid|bad|non[- ]?existent|unrout\w+|undeliverable|wrong|ukjent|okänd|ukendt|` +
		`unbekannter?|inconnu) (?:\w+ ){0,3}` + saysPlace + `|` +
		`\bno (?:\w+ ){0,3}(?:mailbox|mail box|user|account|recipient|person|one|employee)\b[^.;]{0,20}\b(?:here|` +
		`by that name|of that name|at this|with that|found|called|available|in)\b|(?:name|host|domain) or service not known|` +
		`\bnot an? (?:\w+ )?(?:valid|known|local|active|registered|existing|recogni[sz]ed) (?:\w+ )?` + saysPlace + `|` +
		`that (?:user|name|address)[\w ]{0,20} isn't in my|badrcptto|doesn't have an? [^.;]{0,30}account|` +
		`^\W*(?:\w+\W+){0,2}unknown\W*$|` +
		`\bnull mx\b|^\W*(?:does not exist|not found|no such)\b`

	saysDisabled = `\b` + saysPlace + `\b[^.;]{0,60}\b(?:disabled|inactive|suspended|locked|deactivated|closed|` +
		`not active|frozen|terminated|discontinued|archived|dormant|retired|` +
		`stengt|deaktivert|sperret|gesperrt|deaktiviert|spärrat)|\b(?:disabled|inactive|suspended|deactivated|expired|` +
		`closed|frozen|archived) ` + saysPlace + `|` +
		`(?:not|no longer|n't)(?: currently| presently)? (?:accept|receiv|tak)\w* (?:any |new |incoming |your |` +
		`smtp )*(?:e-?mails?|mail|messages?|connections|deliver\w*)|(?:mail )?receiving (?:is )?(?:disabled|suspended)|` +
		`no mail (?:is )?accepted|inbounds? disabled`

	saysFull = `\b(?:mailbox(?:es)?|mail ?box|inbox|mail ?folder|folder|storage|maildir|disk|postbok\w*|postkass\w*|` +
		`innbok\w*|inkorg\w*|postfach|bo[îi]te)\b[^.;]{0,50}` +
		`\b(?:full|exceed\w*|over|limit|used up|fullt?|voll|überfüllt|pleine|fyldt)\b|\b(?:full|over-?full|` +
		`stuffed) (?:mailbox|inbox)|` +
		`\bquota\b|over ?quota|out of (?:storage|space|disk)|\bno space|(?:insufficient|not enough|not sufficient|` +
		`no) (?:\w+ ){0,2}(?:space|storage)|too many messages (?:in the (?:mailbox|inbox|folder)|on the server)|` +
		`exceeded (?:\w+ )?(?:storage|space)|space has been`

	saysContent = `message (?:is |was )?(?:too|larger)|(?:message|header|mail|line|e-?mail)(?: \w+)? (?:size|length)|` +
		`too (?:large|big|long) (?:message|mail|line)|\bcontents?\b|contain(?:s|ing)\b|attachments?\b|\bmime\b|` +
		`\bheaders?\b|malformed|` +
		`executable|\bfilter(?:ed|s)?\b|8-?bit|charset|\brfc\b|message format|\burls?\b|body of|\bdlp\b`

	saysRate = `too (?:many|much|fast|quickly)|throttl|\bmax(?:imum)?\b[^.;]{0,40}\b(?:messages?|connections?|` +
		`recipients?|sessions?)\b|excessive|rate ?-?(?:limit|control)|\brate of\b|unusual (?:rate|volume|number|traffic)|` +
		`(?:connection|message|recipient|traffic|volume)s? (?:rate|limit|quota)|limit (?:has been |was )?(?:exceeded|` +
		`reached)|exceed\w*[^.;]{0,40}\b(?:limit|rate|maximum|threshold)|slow(?:ing)? down|slower|` +
		`gr[ae]y ?-?list|unexpected volume|concurrent`

	saysLogin = `auth\w* (?:is )?(?:required|needed)|must (?:be )?(?:authenticate|log)|authenticate first|` +
		`not (?:been )?authenticated|requires? (?:smtp )?auth|log ?in first|logged in`

	// A table of its own that a server cannot look into, as Postfix says it.
	saysTable = `\b(?:temporary|table|map|alias(?:es)?|directory|ldap|[a-z]*sql|database) look ?up (?:failure|failed|error)`

	saysNetwork = `time[ds]? ?-?out|connection (?:was |has been )?(?:refused|reset|closed|lost|dropped|failed|broken|` +
		`aborted)|(?:could|can) ?(?:not|n't) (?:be )?(?:connect|reach|contact)|unable to (?:connect|reach)|` +
		`cannot (?:connect|reach)|\bconnect to\b|no route|unreachable|not reach|no answer|(?:not|n't) respond|` +
		`not responding|network (?:is|error|problem)|\bdns\b|name ?-?server|look ?up|resolv\w+|\bmx\b|` +
		`certificate|handshake|starttls|\btls\b|lost connection|\bloops?\b|too many hops|\bhops\b`

	saysDenied = `\bdenied\b|\bblocked\b|\bprohibit\w*|\bforbidden|not (?:allowed|permitted|authori[sz]ed)|` +
		`unauthori[sz]ed|\bpolic(?:y|ies)\b|disallowed|\bbanned\b|go away|administrativ\w+|violat\w+|` +
		`not accepted|not acceptable|(?:organi[sz]ational|security) settings|security reasons|retningslinje\w*|richtlinie\w*`

	saysTrouble = `temporar\w+|try (?:again|later)|\bbusy\b|overload\w*|unavailable|not available|maintenance|` +
		`\binternal\b|local (?:error|problem|config\w*)|system (?:error|problem|failure|resources?|storage|full)|` +
		`resources|shut\w* ?down|deferred|insufficient|\berror in processing|processing error|(?:server|` +
		`service) (?:error|problem|down)|misconfig\w*|config\w* (?:error|problem)|queue file|out of memory|` +
		`i/o error|not accepting|closing (?:transmission|connection)|operation (?:not|timed)`
)

// causeOfWords is the cause that the words of a server name; "" if they name
// none.
func causeOfWords(text string) cause {
	raw := strings.ToLower(text)
	said := plain(raw)
	for _, w := range wordings() {
		in := said
		if w.raw {
			in = raw
		}
		if w.words.MatchString(in) {
			return w.why
		}
	}
	return ""
}

// faultNames finds what only names things. It is compiled once.
//
//nolint:gochecknoglobals // it is set once and never changes
var faultNames = sync.OnceValue(func() (re struct{ link, address, code, host, space *regexp.Regexp }) {
	re.link = regexp.MustCompile(`https?:\S+`)
	re.address = regexp.MustCompile(`<[^<>]*>|"?[^\s"<>()]+"?@[^\s<>(),;:]+`)
	re.code = regexp.MustCompile(`\b[245]\d\d\b[ \-]*(?:#?[245]\.\d{1,3}\.\d{1,3}\b)?|\b[245]\.\d{1,3}\.\d{1,3}\b`)
	re.host = regexp.MustCompile(`\[[\da-f.:]+\](?::\d+)?|\b[a-z0-9][\w-]*(?:\.[\w-]+)+\b\.?`)
	re.space = regexp.MustCompile(`\s+`)
	return re
})

// plain returns what was said, in lower case, without what only names things:
// links, hosts and codes; every address is the word "address". A company may be
// called Policy or Spam.
func plain(said string) string {
	re := faultNames()
	said = strings.NewReplacer("’", "'", "_", " ").Replace(said)
	said = re.address.ReplaceAllString(re.link.ReplaceAllString(said, " "), " address ")
	for _, name := range []*regexp.Regexp{re.code, re.host} {
		said = name.ReplaceAllString(said, " ")
	}
	return strings.TrimSpace(re.space.ReplaceAllString(said, " "))
}
