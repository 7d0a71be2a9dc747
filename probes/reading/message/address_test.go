package message

import (
	"slices"
	"testing"
)

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  []string
	}{
		{"Kari <Kari@Firma.Example>, 'ola@firma.example'", []string{"kari@firma.example", "ola@firma.example"}},
		{"0@00000'@A", []string{"0@00000"}},
		{"'@A, '.@B, b@'", nil},
		{"", nil},
	} {
		if got := Addresses(tt.value); !slices.Equal(got, tt.want) {
			t.Errorf("Addresses(%q): got %q, want %q", tt.value, got, tt.want)
		}
	}
}

func TestNormal(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"kari+x1@shopper.test", "kari+x1@shopper.test"},
		{"Kari.Nordmann+X1@Shopper.TEST", "kari.nordmann+x1@shopper.test"},
		{`"kari+x1"@shopper.test`, "kari+x1@shopper.test"},
		{`"ka\"ri\\"@shopper.test`, `ka"ri\@shopper.test`},
		{"<kari+x1@shopper.test>", "kari+x1@shopper.test"},
		{"kari+x1@shopper.test.", "kari+x1@shopper.test"},
		{`< "kari+x1" @ shopper.test. >`, "kari+x1@shopper.test"},
		{"<0b5e8e1c-1111@SHOPPER.test>", "0b5e8e1c-1111@shopper.test"},
		{"!AbCdEf:chat.example", "!AbCdEf:chat.example"},
		{"@Kari:chat.example", "@Kari:chat.example"},
		{"conversation AbC", "conversation AbC"},
		{"kari@", "kari@"},
		{"", ""},
	} {
		if got := Normal(tt.name); got != tt.want {
			t.Errorf("Normal(%q): got %q, want %q", tt.name, got, tt.want)
		} else if again := Normal(got); again != got {
			t.Errorf("Normal(%q): got %q, and of that %q", tt.name, got, again)
		}
	}
}
