package robots_test

import (
	"testing"

	"github.com/svartid/svartid/channels/browser/robots"
)

func TestForbids(t *testing.T) {
	const groups = "# Hei\nUser-agent: Googlebot\nDisallow: /\n\nUser-Agent: a\nUser-agent: *\nDisallow: /kontakt # ikke her\nAllow: /kontakt/chat\n" +
		"\nuser-agent: *\ndisallow: /*.pdf$\nDisallow:\n\nUser-agent: b\nDisallow: /hjelp\n"
	for _, tt := range []struct{ name, text, path, want string }{
		{"nothing", "", "/kontakt", ""},
		{"all", "User-agent: *\nDisallow: /", "/kontakt", "Disallow: /"},
		{"all, for the front page", "User-agent: *\nDisallow: /\n", "", "Disallow: /"},
		{"an empty one", "User-agent: *\nDisallow:\n", "/kontakt", ""},
		{"for another", "User-agent: Googlebot\nDisallow: /\n", "/kontakt", ""},
		{"a group of several", groups, "/kontakt", "Disallow: /kontakt"},
		{"what begins so", groups, "/kontakt-oss", "Disallow: /kontakt"},
		{"the longer one", groups, "/kontakt/chat", ""},
		{"a second group", groups, "/vilkår/2027.pdf", "disallow: /*.pdf$"},
		{"its end", groups, "/vilkår/2027.pdf?side=2", ""},
		{"another's", groups, "/hjelp", ""},
		{"rules before any robot", "Disallow: /\nUser-agent: *\nAllow: /\n", "/x", ""},
		{"of two as long, the one that allows", "User-agent: *\nDisallow: /abc\nAllow: /a*c\n", "/abc", ""},
		{"stars", "User-agent: *\nDisallow: /a*b*c$\n", "/axxbyyc", "Disallow: /a*b*c$"},
		{"stars that do not fit", "User-agent: *\nDisallow: /a*b*c$\n", "/axxcyyb", ""},
		{"a page in place of it", "<!doctype html><p>Not found: sorry", "/x", ""},
		{"CRLF and a mark", "\ufeffUser-agent: *\r\nDisallow: /x\r\n", "/x", "Disallow: /x"},
	} {
		if got := robots.Forbids(tt.text, tt.path); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
