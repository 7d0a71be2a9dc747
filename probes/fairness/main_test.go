package fairness

import (
	"os"
	"testing"

	"github.com/svartid/svartid/internal/race"
)

func TestMain(m *testing.M) { os.Exit(race.Pure(m)) }
