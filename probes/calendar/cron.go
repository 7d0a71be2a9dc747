package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// ParseCron reads a cron line: five fields (minute, hour, day of the month,
// month, day of the week), @hourly, @daily, @weekly, @monthly, @yearly, or
// @every and a duration of a second or more. It ticks in zone, nil being UTC,
// unless CRON_TZ= or TZ= stands in front with the name of another.
//
// A line that never ticks, as for 30 February, is no error here: [Ticks.Next]
// tells.
func ParseCron(s string, zone *time.Location) (Ticks, error) {
	t, err := parseCron(s, zone)
	if err != nil {
		return Ticks{}, fmt.Errorf("cron %q: %w", s, err)
	}
	return t, nil
}

func parseCron(s string, zone *time.Location) (Ticks, error) {
	t := Ticks{text: s, zone: zone}
	if zone == nil {
		t.zone = time.UTC
	}
	fields := strings.Fields(s)
	if len(fields) > 0 {
		if key, name, ok := strings.Cut(fields[0], "="); ok {
			named, err := cronZone(key, name)
			if err != nil {
				return Ticks{}, err
			}
			t.zone, fields = named, fields[1:]
		}
	}
	if len(fields) == 2 && fields[0] == "@every" {
		every, err := ParseDuration(fields[1])
		if err != nil {
			return Ticks{}, fmt.Errorf("@every: %w", err)
		}
		if every < time.Second {
			return Ticks{}, errors.New("@every " + fields[1] + " is less than a second")
		}
		t.every = every.Truncate(time.Second)
		return t, nil
	}
	spec, err := cronSpec(fields)
	if err != nil {
		return Ticks{}, err
	}
	t.spec = spec
	return t, nil
}

// cronZone loads the zone that stands in front of a line.
func cronZone(key, name string) (*time.Location, error) {
	if key != "CRON_TZ" && key != "TZ" {
		return nil, errors.New(key + "= is not known; want CRON_TZ=")
	}
	if name == "" || name == "Local" {
		return nil, errors.New(key + "= names no zone, as Europe/Oslo")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%s=%s: %w", key, name, err)
	}
	return zone, nil
}

// cronSpec reads the line without its zone.
func cronSpec(fields []string) (*cron.SpecSchedule, error) {
	descriptor := len(fields) == 1 && strings.HasPrefix(fields[0], "@")
	if !descriptor && len(fields) != len(fieldNames()) {
		return nil, errors.New("has " + strconv.Itoa(len(fields)) + " fields; want 5 (" +
			strings.Join(fieldNames(), ", ") + "), or @daily, @every 10s and the like")
	}
	if !descriptor {
		for i, field := range fields {
			if err := checkField(i, field); err != nil {
				return nil, err
			}
		}
	}
	schedule, _ := cron.ParseStandard(strings.Join(fields, " "))
	spec, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New(fields[0] +
			" is not known; want @hourly, @daily, @weekly, @monthly, @yearly or @every 10s")
	}
	return spec, nil
}

// checkField reads one field alone, so that an error can name it.
func checkField(i int, field string) error {
	alone := strings.Fields("* * * * *")
	alone[i] = field
	_, err := cron.ParseStandard(strings.Join(alone, " "))
	if err != nil || misread(field) {
		return errors.New(fieldNames()[i] + " is " + strconv.Quote(field) +
			"; want " + fieldValues()[i] + ", or lists, ranges and steps, as 1,4, 1-4 and */2")
	}
	return nil
}

// misread tells whether the library would take field for less than it says: it
// reads *-5 as a star, leaves out what is empty in a list, and takes TZ= in a
// field for a zone.
func misread(field string) bool {
	return slices.Contains(strings.Split(field, ","), "") || strings.Contains(field, "=") ||
		strings.Contains(field, "*-") || strings.Contains(field, "?-")
}

func fieldNames() []string {
	return []string{"minute", "hour", "day of the month", "month", "day of the week"}
}

func fieldValues() []string {
	return []string{
		"0 to 59", "0 to 23", "1 to 31", "1 to 12 or jan to dec", "0 (Sunday) to 6 or sun to sat",
	}
}
