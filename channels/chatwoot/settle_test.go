package chatwoot

import (
	"errors"
	"testing"

	"github.com/svartid/svartid/channels"
)

func TestSettle(t *testing.T) {
	o := prepared(t, "x7f3", "6fKq2")
	for _, tt := range []struct {
		name    string
		answers map[string]string
		want    string
	}{
		{"taken", map[string]string{
			"GET conversations": `200 [{"id":17}]`, "GET messages": `200 [{"id":9,"message_type":0,"created_at":1799661600}]`,
		}, "found"},
		{"taken in a second conversation", map[string]string{
			"GET conversations": `200 [{"id":18},{"id":17}]`, "GET messages": `200 [{"id":9,"message_type":0,"created_at":1799661600}]`,
		}, "found"},
		{"answered by hand, and ours not there", map[string]string{
			"GET conversations": `200 [{"id":17}]`, "GET messages": `200 [{"id":9,"message_type":1,"created_at":1799661600}]`,
		}, "not found"},
		{"an empty conversation", map[string]string{"GET conversations": `200 [{"id":17}]`, "GET messages": `200 []`}, "not found"},
		{"no conversation", map[string]string{"GET conversations": `200 []`}, "not found"},
		{"no such visitor", map[string]string{"GET conversations": "404 {}", "GET 6fKq2": `200 {"name":"x"}`}, "not found"},
		{"no such inbox", map[string]string{"GET conversations": "404 {}", "GET 6fKq2": "404 {}"}, "unsure"},
		{"the server is down", map[string]string{"GET conversations": "502 {}"}, "unsure"},
		{"the messages cannot be read", map[string]string{"GET conversations": `200 [{"id":17}]`, "GET messages": "500 {}"}, "unsure"},
		{"another shape", map[string]string{"GET conversations": `200 {"payload":[]}`}, "unsure"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, url := play(t, o, tt.answers)
			receipt, err := connect(t, url).Reconcile(t.Context(), o)
			got := "unsure"
			switch {
			case err == nil:
				got = "found"
			case errors.Is(err, channels.ErrNotFound):
				got = "not found"
			}
			if got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
			if got == "found" && (receipt.ID != "9" || len(receipt.Names) != 2 || receipt.Precision == 0) {
				t.Errorf("got %+v", receipt)
			}
			if s.times("POST messages")+s.times("POST contacts")+s.times("POST conversations") > 0 {
				t.Errorf("looking has left something: %q", s.asked)
			}
		})
	}
	if _, err := (&Channel{}).Reconcile(t.Context(), channels.Opening{Reach: "6fKq2"}); err == nil || errors.Is(err, channels.ErrNotFound) {
		t.Errorf("without a source_id: got %v", err)
	}
}
