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
	tell := func(dsn, statement string) error {
		return p.run([]string{p.bin + "/psql", "--quiet", "--command", statement, dsn})
	}
	if err := tell(one, "CREATE TABLE there (id INT)"); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if err := tell(one, "SELECT 1"); err == nil {
		t.Error("a server that was stopped answers")
	}
	p.Start()
	if err := tell(one, "SELECT * FROM there"); err != nil {
		t.Error(err)
	}
	if err := tell(other, "SELECT * FROM there"); err == nil {
		t.Error("databases are not apart")
	}
}
