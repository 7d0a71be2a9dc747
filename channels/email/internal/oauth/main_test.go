package oauth

import (
	"os"
	"testing"

	"github.com/svartid/svartid/channels/channeltest/race"
)

func TestMain(m *testing.M) { os.Exit(race.Waiting(m)) }
