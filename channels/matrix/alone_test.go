package matrix

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/svartid/svartid/channels"
	"github.com/svartid/svartid/channels/channeltest"
	fake "github.com/svartid/svartid/channels/simulated/matrix"
)

// TestAlone: an invitation that is never taken up is told from who has come and is silent, by a sync, by what was said, and by
// a program that was not there; on our homeserver and on a company's.
func TestAlone(t *testing.T) {
	shared, own := start(t, fake.Options{}), start(t, fake.Options{})
	place := at(mute, account(own))
	c := several(t, account(shared), place)
	var all []channels.Conversation
	var ids []string
	for i, reach := range []string{mute, mute, mute, place.String(), place.String()} {
		all = append(all, opened(t, c, []string{"x7f3", "m4q9", "k2p8", "w1s5", "r6t2"}[i], reach))
		ids = append(ids, all[i].Opening.ID)
	}
	inspects(c, all...)
	var mu sync.Mutex
	var alone []string
	listen := func() (end func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- c.Listen(ctx, channels.Checkpoint{Source: source}, func(_ context.Context, h channels.Batch) error {
				mu.Lock()
				defer mu.Unlock()
				alone = h.Alone
				return nil
			})
		}()
		return func() { cancel(); <-done }
	}
	are := func(want ...string) func() bool {
		want = slices.Sorted(slices.Values(want))
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			got := slices.Sorted(slices.Values(alone))
			return slices.Equal(got, want)
		}
	}
	end := listen()
	channeltest.Until(t, "nobody has come", are(ids...))
	shared.Put(all[0].Names[0], mute, mute, "join")
	own.Put(all[3].Names[0], mute, mute, "join")
	channeltest.Until(t, "two have come, and are silent", are(ids[1], ids[2], ids[4]))
	shared.Say(all[1].Names[0], mute, channels.Human, "Hei!")
	channeltest.Until(t, "another has spoken", are(ids[2], ids[4]))
	end()
	mu.Lock()
	alone = nil
	mu.Unlock()
	shared.Put(all[2].Names[0], mute, mute, "join") // while the program is down
	defer listen()()
	channeltest.Until(t, "one was never there", are(ids[4]))
}
