package lexicon

import "testing"

// TestMachine tells words for a machine that writes from those that only look like them.
func TestMachine(t *testing.T) {
	for text, want := range map[string]int{
		"chatbot": 1, "Rørbot": 1, "BoligGPT": 1, "KI-agent": 1, "AI-medarbetare": 1, "tekoälyapuri": 1, "roboten": 1, "ki-drevet": 1,
		"digital kollega": 2, "virtuell assistent": 2, "synthetic colleague": 2, "kunstig intelligens": 2, "language model": 2,
		"kiosk": 0, "aids": 0, "automatisk svar": 0, "automatisk generert": 0, "digital faktura": 0, "medarbeider": 0, "bo": 0,
	} {
		if got := Machine(Words(text), 0); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
