package chatwoot

import (
	"bytes"
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/hook"
)

// patience is how long the server waits for a hook's answer. It does not try
// again.
const patience = 5 * time.Second

// tell tells the hook of a message, later and beside. The caller holds the lock.
func (s *Server) tell(m *message) {
	if s.opt.Hook.URL == "" {
		return
	}
	body, err := json.Marshal(m.hooked())
	if err != nil {
		return
	}
	s.After(0, func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = s.deliver(ctx, body) // the company does not look at the error
	})
}

// deliver signs body and posts it to the hook.
func (s *Server) deliver(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.opt.Hook.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	delivery := cryptorand.Text()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Chatwoot-Delivery", delivery)
	signature := hook.Signature{
		Scheme: hook.SchemeChatwoot, Secrets: []channels.Secret{s.opt.Hook.Secret}, Clock: s.Clock,
	}
	if err := signature.Sign(req.Header, delivery, body); err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
