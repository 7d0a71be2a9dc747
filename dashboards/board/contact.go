package board

import (
	"context"

	"github.com/svartid/svartid/probes"
)

// A contactPage tells one contact's story.
type contactPage struct {
	Contact probes.Contact
	Company string
	Lines   []probes.Line
}

func (b *Board) contact(ctx context.Context, id string) (page contactPage, err error) {
	var story []probes.Event
	err = b.Ledger.View(ctx, func(tx probes.Tx) error {
		page.Contact, story, err = tx.Story(ctx, id)
		return err
	})
	page.Lines = probes.Tell(story)
	page.Company = page.Contact.Plan.Company
	if co, ok := b.Edition.Company(page.Company); ok {
		page.Company = co.Name
	}
	return page, err
}
