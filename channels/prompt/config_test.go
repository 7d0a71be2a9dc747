package prompt_test

import (
	"slices"
	"testing"

	"github.com/svartid/svartid/channels/channeltest"
	"github.com/svartid/svartid/channels/prompt"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  prompt.Config
		want []string
	}{
		{"phone", prompt.Config{How: prompt.Phone}, nil},
		{"form", prompt.Config{How: prompt.Form, Mail: "mail"}, nil},
		{"form without mail", prompt.Config{How: prompt.Form}, []string{"mail"}},
		{"phone by mail", prompt.Config{How: prompt.Phone, Mail: "mail"}, []string{"mail"}},
		{"messenger", prompt.Config{How: prompt.Messenger}, nil},
		{"nothing", prompt.Config{}, []string{"how"}},
	} {
		if got := channeltest.Keys(tt.cfg.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		reach prompt.Reach
		want  []string
	}{
		{prompt.Reach{To: "+47 815 00 000"}, nil},
		{prompt.Reach{To: "(0)8-123 45"}, nil},
		{prompt.Reach{To: "https://nordlys.example/kontakt"}, nil},
		{prompt.Reach{}, []string{"to"}},
		{prompt.Reach{To: "12"}, []string{"to"}},
		{prompt.Reach{To: "ring 815 00 000"}, []string{"to"}},
		{prompt.Reach{To: "javascript:alert(1)"}, []string{"to"}},
	} {
		if got := channeltest.Keys(tt.reach.Check()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.reach, got, tt.want)
		}
	}
	if got := (prompt.Reach{To: "x"}).String(); got != "x" {
		t.Errorf("got %q, want the place itself", got)
	}
}
