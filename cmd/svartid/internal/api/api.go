// Package api serves the rows of exports to programs.
package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/svartid/svartid/probes"
	"github.com/svartid/svartid/probes/edition"
	"github.com/svartid/svartid/probes/export"
	"github.com/svartid/svartid/probes/report"
	"github.com/svartid/svartid/probes/report/planned"
)

// An API serves the rows of exports, page by page, in JSON.
type API struct {
	Ledger  probes.Ledger
	Edition *edition.Edition
	Rules   string              // digest of the rules that the ledger is folded by
	Plan    func() planned.Plan // draws it, or returns the one that was drawn; called when it is asked for
	Ranking *report.Ranking     // keeps the standings. nil = one of its own
}

// Mount adds the endpoints. Each answers {"rows": […]}; contacts and attempts
// take since, after and limit, and name what to ask for next.
func (a API) Mount(mux *http.ServeMux) {
	if a.Ranking == nil {
		a.Ranking = &report.Ranking{Ledger: a.Ledger, Edition: a.Edition}
	}
	for _, table := range []string{"contacts", "attempts"} {
		mux.HandleFunc("GET /api/v1/"+table, func(w http.ResponseWriter, r *http.Request) { a.page(w, r, table) })
	}
	mux.HandleFunc("GET /api/v1/standings", a.standings)
	mux.HandleFunc("GET /api/v1/plan", func(w http.ResponseWriter, _ *http.Request) {
		plan := a.Plan()
		lines := make([]planned.Line, len(plan.Contacts))
		for i, c := range plan.Contacts {
			lines[i] = plan.Line(c)
		}
		reply(w, map[string]any{"rows": lines, "digest": plan.Digest()})
	})
}

// page answers one page of a table.
func (a API) page(w http.ResponseWriter, r *http.Request, table string) {
	ask := export.Page{Table: table, Since: r.FormValue("since"), After: r.FormValue("after")}
	if text := r.FormValue("limit"); text != "" {
		var err error
		if ask.Limit, err = strconv.Atoi(text); err != nil || ask.Limit < 1 {
			http.Error(w, "limit: want a number of contacts from 1 on", http.StatusBadRequest)
			return
		}
	}
	var got export.Paged
	err := a.Ledger.View(r.Context(), func(tx probes.Tx) (err error) {
		got, err = export.Source{Edition: a.Edition, Rules: a.Rules}.Page(r.Context(), tx, ask)
		return err
	})
	switch {
	case errors.Is(err, export.ErrCursor):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case err != nil:
		http.Error(w, "the ledger cannot be read just now", http.StatusInternalServerError)
	default:
		rows := make([]json.RawMessage, len(got.Rows))
		for i, row := range got.Rows {
			rows[i] = got.Table.AppendJSON(nil, row)
		}
		reply(w, map[string]any{"rows": rows, "after": got.After, "cursor": got.Cursor})
	}
}

// standings answers those of every class, or of one, by the edition's policy.
func (a API) standings(w http.ResponseWriter, r *http.Request) {
	all, err := a.Ranking.All(r.Context())
	if err != nil {
		http.Error(w, "the ledger cannot be read just now", http.StatusInternalServerError)
		return
	}
	rows := []report.ClassStandings{}
	for _, class := range all {
		if want := r.FormValue("class"); want == "" || want == class.Class {
			rows = append(rows, class)
		}
	}
	reply(w, map[string]any{"rows": rows})
}

// reply answers in JSON.
func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = json.NewEncoder(w).Encode(answer) // a client that has gone misses nothing
}
