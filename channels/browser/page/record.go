package page

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/svartid/svartid/channels/browser/flow"
)

//go:embed record.js
var recording string

// Record opens a page at an address and tells act, which must not wait, what a person does there: nothing of
// what is typed. It ends with the page.
func (b *Browser) Record(ctx context.Context, address string, act func(flow.Act)) (*Page, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	none := flow.Flow{Heard: flow.Heard{Item: flow.Find{CSS: ":not(*)"}, Mine: flow.Find{CSS: ":not(*)"}}}
	p, err := b.opened(ctx, none, func(p *Page) {
		p.script += ";\n(" + strings.TrimSpace(recording) + ")()"
		p.acts = act
	})
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	door, err := p.Navigate(ctx, address, at.Hostname())
	if err == nil && door.Code/100 != 2 {
		err = fmt.Errorf("the page answers %d %s", door.Code, door.Text)
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("record: %w", err)
	}
	return p, nil
}

// A recorded is what the script tells of an act.
type recorded struct {
	Kind  flow.ActKind `json:"kind"`
	Finds []struct {
		Find  findSpec `json:"find"`
		Count int      `json:"count"`
	} `json:"finds"`
	Path []string `json:"path"`
	Hint string   `json:"hint"`
}

// acted takes in what the script of a recording tells.
func (p *Page) acted(payload string, frame string) {
	var r recorded
	if p.acts == nil || json.Unmarshal([]byte(payload), &r) != nil {
		return
	}
	a := flow.Act{Kind: r.Kind, Path: r.Path, Hint: r.Hint}
	for _, f := range r.Finds {
		a.Finds = append(a.Finds, flow.Counted{Find: flow.Find{
			Role: f.Find.Role, Name: f.Find.Name, Text: f.Find.Text, Label: f.Find.Label, Test: f.Find.Test, CSS: f.Find.CSS, Frame: frame,
		}, Count: f.Count})
	}
	p.acts(a)
}
