package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/svartid/svartid/cmd/svartid/internal/api"
	"github.com/svartid/svartid/config"
	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/ledger"
	"github.com/svartid/svartid/probes/report/planned"
)

// TestAPI pages through the rows of a small edition.
func TestAPI(t *testing.T) {
	dir := t.TempDir()
	l := openExported(t, dir, exporting)
	cfg, err := config.Parse("svartid.yml", []byte(exporting))
	if err != nil {
		t.Fatal(err)
	}
	ed := cfg.Probing()
	d := planned.Draw(ed)
	for _, c := range d.Contacts {
		data, err := json.Marshal(probes.Plan{
			Edition: "spring", Company: c.Company, Class: c.Class, Channel: c.Channel, Probe: c.Probe,
			Slot: c.At, Within: "3 working days",
		})
		if err != nil {
			t.Fatal(err)
		}
		sent, refused := probes.Event{Kind: probes.Intended, Attempt: 1, At: c.At, Data: []byte(`{"token":"` + c.ID + `"}`)},
			probes.Event{Kind: probes.Refused, Attempt: 1, At: c.At.Add(time.Second), Data: []byte(`{"reason":"550 no such user"}`)}
		err = l.Update(t.Context(), func(tx probes.Tx) error {
			_, err := tx.Append(t.Context(), c.ID, probes.Event{Kind: probes.Planned, Attempt: 1, Data: data}, sent, refused)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	api.API{Ledger: l, Edition: ed, Rules: cfg.RulesDigest(), Plan: func() planned.Plan { return d }}.Mount(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	ask := func(path string, into any) int {
		t.Helper()
		answer, err := http.Get(server.URL + "/api/v1/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
		return answer.StatusCode
	}
	type page struct {
		Rows   []map[string]any `json:"rows"`
		After  string           `json:"after"`
		Cursor string           `json:"cursor"`
		Digest string           `json:"digest"`
	}
	seen := map[any]bool{}
	for after, pages := "", 0; ; pages++ {
		var got page
		if status := ask("contacts?limit=2&after="+url.QueryEscape(after), &got); status != http.StatusOK || pages > 5 {
			t.Fatalf("page %d: got %d", pages, status)
		}
		for _, row := range got.Rows {
			if seen[row["contact"]] || row["outcome"] != "unanswered" {
				t.Errorf("got row %v", row)
			}
			seen[row["contact"]] = true
		}
		if after = got.After; after == "" {
			if got.Cursor == "" {
				t.Error("there is no cursor to go on from")
			}
			break
		}
	}
	if len(seen) != len(d.Contacts) || len(seen) < 3 {
		t.Errorf("got %d contacts, want %d", len(seen), len(d.Contacts))
	}
	var drawn, standings, attempts page
	ask("plan", &drawn)
	ask("attempts", &attempts)
	ask("standings?class=power", &standings)
	if drawn.Digest != d.Digest() || len(drawn.Rows) != len(seen) || len(attempts.Rows) != len(seen) || len(standings.Rows) != 1 {
		t.Errorf("got %d planned of %s, %d attempts, %d standings", len(drawn.Rows), drawn.Digest, len(attempts.Rows), len(standings.Rows))
	}
	if got := fmt.Sprint(standings.Rows[0]["standings"].([]any)[0].(map[string]any)["valid"]); got != fmt.Sprint(len(seen)) {
		t.Errorf("got %s valid contacts, want %d", got, len(seen))
	}
	for _, path := range []string{"contacts?limit=x", "contacts?limit=0", "contacts?since=x"} {
		if status := ask(path, nil); status != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", path, status)
		}
	}
	if status := ask("events", nil); status != http.StatusNotFound {
		t.Errorf("got %d for what there is not", status)
	}
}

// FuzzAPI: no parameters make the API fail, or answer something else than JSON or
// a refusal.
func FuzzAPI(f *testing.F) {
	dir := f.TempDir()
	cfg := configure(f, dir, exporting)
	l, err := ledger.Open(f.Context(), string(cfg.Ledger.DSN), ledger.Options{Fold: probes.Rules(cfg.Probing().Rules).Fold, Rules: cfg.RulesDigest()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { l.Close() })
	mux := http.NewServeMux()
	api.API{Ledger: l, Edition: cfg.Probing(), Rules: cfg.RulesDigest(), Plan: func() planned.Plan { return planned.Draw(cfg.Probing()) }}.Mount(mux)
	for _, q := range []string{"since=x", "limit=0", "limit=99999999999999999999", "after=%00", "class=banks&class=x", "since=svartid-AAAAAAAAe30", ";&%zz", ""} {
		for _, table := range []string{"contacts", "attempts", "standings", "plan"} {
			f.Add(table, q)
		}
	}
	f.Fuzz(func(t *testing.T, table, query string) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/x", nil)
		r.URL.Path, r.URL.RawQuery = "/api/v1/"+table, query
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		switch {
		case w.Code >= http.StatusInternalServerError:
			t.Errorf("%s?%s: %d %s", table, query, w.Code, w.Body)
		case w.Code == http.StatusOK && !json.Valid(w.Body.Bytes()):
			t.Errorf("%s?%s: answered %q", table, query, w.Body)
		}
	})
}
