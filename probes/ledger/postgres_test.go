package ledger_test

import (
	"testing"

	"github.com/svartid/svartid/channels/channeltest/peers"
	"github.com/svartid/svartid/probes/ledger/ledgertest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgres(t)
	ledgertest.Run(t, func(t *testing.T) string { return server.Database(t) })
}
