package fault_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/probes/fault"
)

// TestFaultOf reads what real servers say, in their documentation's words or
// ours, and whose fault it is.
func TestFaultOf(t *testing.T) {
	rows := readTable(t, filepath.Join("testdata", "refusals.csv"))
	if len(rows) < 100 {
		t.Fatalf("%d rows; want the whole table", len(rows))
	}
	for _, row := range rows {
		no := saidAt(row["step"], row["said"])
		no.Remote = row["remote"] == "yes" || row["remote"] == "relay"
		no.Relay = map[string]channels.Relay{"relay": channels.RelaySpoke, "lost": channels.RelayLost}[row["remote"]]
		if got := fault.Of(no); string(got) != row["fault"] {
			t.Errorf("%s %q (%s): got %s, want %s", row["step"], row["said"], row["source"], got, row["fault"])
		}
	}
}

// TestFaultOfSharedCases reads the table that others have made, if it is there:
// replies and reports. What a chat answers on opening has no words to read.
func TestFaultOfSharedCases(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "cases", "refusals.csv")
	if _, err := os.Stat(shared); errors.Is(err, fs.ErrNotExist) {
		return
	}
	for _, row := range readTable(t, shared) {
		step := row["stage"]
		if step == "door" {
			continue
		}
		if step == "dsn" {
			step = "report"
		}
		for _, remote := range []bool{false, true} {
			no := saidAt(step, row["said"])
			no.Remote = remote && step == "report"
			if got := fault.Of(no); string(got) != row["fault"] {
				t.Errorf("%s %q, remote %v: got %s, want %s", row["stage"], row["said"], no.Remote, got, row["fault"])
			}
		}
	}
}

// TestFaultOfDoors goes through what chats, rooms, pages and webhooks say.
func TestFaultOfDoors(t *testing.T) {
	type no = channels.Refusal
	for name, tt := range map[string]struct {
		no   no
		want fault.Fault
	}{
		"a key that worked":             {no{Code: 401, Key: channels.KeyGiven, Worked: true}, fault.Theirs},
		"a key that worked, 403":        {no{Code: 403, Key: channels.KeyGiven, Worked: true}, fault.Theirs},
		"a key that never worked":       {no{Code: 401, Key: channels.KeyGiven}, fault.Ours},
		"our own key":                   {no{Code: 401, Key: channels.KeyOurs}, fault.Ours},
		"our own key, which worked":     {no{Code: 403, Key: channels.KeyOurs, Worked: true}, fault.Ours},
		"a proof in other words":        {no{Code: 500, Sign: channels.SignKey, Key: channels.KeyGiven}, fault.Ours},
		"a proof that worked":           {no{Code: 500, Sign: channels.SignKey, Key: channels.KeyGiven, Worked: true}, fault.Theirs},
		"barred without a key":          {no{Code: 403}, fault.Unclear},
		"barred after a good time":      {no{Code: 403, Worked: true}, fault.Theirs},
		"no such inbox":                 {no{Code: 404}, fault.Address},
		"gone":                          {no{Code: 410}, fault.Address},
		"no such room":                  {no{Code: 403, Sign: channels.SignMissing}, fault.Address},
		"too many requests":             {no{Code: 429}, fault.Ours},
		"a request that is wrong":       {no{Code: 422}, fault.Ours},
		"wrong, as never before":        {no{Code: 422, Worked: true}, fault.Unclear},
		"moved":                         {no{Code: 308}, fault.Ours},
		"moved after a good time":       {no{Code: 308, Worked: true}, fault.Unclear},
		"too many after a good time":    {no{Code: 429, Worked: true}, fault.Ours},
		"too many after we rested":      {no{Code: 429, Rested: true}, fault.Theirs},
		"our own host, after a rest":    {no{Code: 429, Rested: true, Ours: true}, fault.Ours},
		"a yes that makes no sense":     {no{Code: 200}, fault.Unclear},
		"not paid":                      {no{Code: 402}, fault.Theirs},
		"broken":                        {no{Code: 500}, fault.Theirs},
		"bad gateway":                   {no{Code: 502}, fault.Theirs},
		"closed for now":                {no{Code: 503}, fault.Theirs},
		"gateway timed out":             {no{Code: 504}, fault.Theirs},
		"origin is down":                {no{Code: 521}, fault.Theirs},
		"our own hotel's portal":        {no{Code: 511}, fault.Ours},
		"no answer, others do":          {no{Sign: channels.SignUnreachable}, fault.Theirs},
		"no answer from any":            {no{Sign: channels.SignBlind}, fault.Ours},
		"a form in opening time":        {no{Sign: channels.SignOffline}, fault.Theirs},
		"invites are not taken":         {no{Code: 403, Sign: channels.SignClosed, Key: channels.KeyOurs}, fault.Theirs},
		"another page":                  {no{Sign: channels.SignFlow}, fault.Ours},
		"a CAPTCHA":                     {no{Sign: channels.SignPuzzle}, fault.Ours},
		"a CAPTCHA by its words":        {no{Code: 403, Text: "<title>Just a moment...</title>"}, fault.Ours},
		"a CAPTCHA behind 503":          {no{Code: 503, Text: `<script src="https://challenges.example/turnstile/v0/api.js">`}, fault.Ours},
		"a CAPTCHA after a good time":   {no{Sign: channels.SignPuzzle, Worked: true}, fault.Unclear},
		"the same by its words":         {no{Code: 403, Text: "<title>Just a moment...</title>", Worked: true}, fault.Unclear},
		"the same behind 503":           {no{Code: 503, Text: "solve the captcha", Worked: true}, fault.Unclear},
		"a portal after a good time":    {no{Code: 511, Worked: true}, fault.Unclear},
		"another page, as never before": {no{Sign: channels.SignFlow, Worked: true}, fault.Unclear},
		"nothing":                       {no{}, fault.Unclear},
		"our own settings":              {no{Code: 404, Ours: true}, fault.Ours},
	} {
		tt.no.Step = channels.StepDoor
		if got := fault.Of(tt.no); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

// TestFaultOfFar holds that what the company's side says of us never makes a
// failure ours, whether the report names its server or none: else a refusal of its
// own would excuse it.
func TestFaultOfFar(t *testing.T) {
	for _, row := range readTable(t, filepath.Join("testdata", "refusals.csv")) {
		no := saidAt("report", row["said"])
		for _, no.Remote = range []bool{true, false} {
			if got := fault.Of(no); got == fault.Ours {
				t.Errorf("%q in a report is ours; its server is named: %v", row["said"], no.Remote)
			}
		}
		no = saidAt("rcpt", "550 5.1.1 undeliverable address: host mx.fjord.example[192.0.2.1] said: "+row["said"])
		if got := fault.Of(no); got == fault.Ours && row["said"][0] != 'h' && row["said"][3] == ' ' {
			t.Errorf("%q passed on is ours", row["said"])
		}
	}
}

// codes are the codes before what was said.
var codes = regexp.MustCompile(`^([1-5]\d\d)?[ -]?([245]\.\d{1,3}\.\d{1,3})? ?`)

// saidAt makes a no of a line as servers write it.
func saidAt(step, said string) channels.Refusal {
	found := codes.FindStringSubmatch(said)
	code, _ := strconv.Atoi(found[1])
	return channels.Refusal{Step: channels.Step(step), Code: code, Status: found[2], Text: said[len(found[0]):]}
}

// readTable reads a table with a line of names.
func readTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// FuzzOf: whatever a server or a report says has a fault, the same each time, and
// what we say of ourselves is ours.
func FuzzOf(f *testing.F) {
	f.Add("rcpt", 550, "5.1.1", "no such user", "", false)
	f.Add("report", 0, "4.4.7", "delivery time expired; smtp; 451 greylisted", "", true)
	f.Add("door", 403, "M_FORBIDDEN", "", "closed", false)
	f.Add("", -1, "\xff", "\x00", "no sign", true)
	f.Fuzz(func(t *testing.T, step string, code int, status, text, sign string, remote bool) {
		no := channels.Refusal{Step: channels.Step(step), Code: code, Status: status, Text: text, Sign: channels.Sign(sign), Remote: remote}
		got := fault.Of(no)
		if !slices.Contains(fault.All(), got) || fault.Of(no) != got {
			t.Errorf("%+v has the fault %q, then %q", no, got, fault.Of(no))
		}
		if no.Ours = true; fault.Of(no) != fault.Ours {
			t.Errorf("%+v is %q, want ours", no, fault.Of(no))
		}
	})
}
