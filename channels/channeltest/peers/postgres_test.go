package peers

import "testing"

// TestPostgres: databases are empty and apart, and stay when the server is started
// anew.
func TestPostgres(t *testing.T) {
	t.Parallel()
	p := StartPostgres(t)
	one, other := p.Database(t), p.Database(t)
	if one == other {
		t.Errorf("got %s twice", one)
	}
	if _, err := p.Ask(one, "CREATE TABLE there (id INT)"); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if _, err := p.Ask(one, "SELECT 1"); err == nil {
		t.Error("a server that was stopped answers")
	}
	p.Start()
	if _, err := p.Ask(one, "SELECT * FROM there"); err != nil {
		t.Error(err)
	}
	if _, err := p.Ask(other, "SELECT * FROM there"); err == nil {
		t.Error("databases are not apart")
	}
}
