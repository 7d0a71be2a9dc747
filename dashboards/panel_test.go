//nolint:misspell // Grafana writes color and organize.
package dashboards

import "maps"

// A query is an expression and how its series are called.
type query struct{ expr, legend string }

// An axis is the unit of a panel and where its figures begin to be good or bad.
type axis struct {
	unit string
	max  float64 // 0 = open
	log  bool
	step []step // none = plain
}

func share() axis   { return axis{unit: "percentunit", max: 1} }
func seconds() axis { return axis{unit: "s"} }
func waits() axis   { return axis{unit: "s", log: true} }
func count() axis   { return axis{unit: "short"} }

// good returns an axis on which more is better.
func (a axis) good(fair, good float64) axis {
	a.step = []step{{"red", nil}, {"orange", &fair}, {"green", &good}}
	return a
}

// bad returns an axis on which more is worse.
func (a axis) bad(poor, bad float64) axis {
	a.step = []step{{"green", nil}, {"orange", &poor}, {"red", &bad}}
	return a
}

// alarm returns an axis on which anything but nothing is bad.
func (a axis) alarm() axis {
	one := 1.0
	a.step = []step{{"green", nil}, {"red", &one}}
	return a
}

func (a axis) defaults() defaults {
	zero := 0.0
	d := defaults{Unit: a.unit, Min: &zero, Thresholds: thresholds{Mode: "absolute", Steps: a.step}, NoValue: "–"}
	if a.max > 0 {
		d.Max = &a.max
	}
	if a.log {
		d.Min = nil
	}
	if a.step == nil {
		d.Thresholds.Steps = []step{{"blue", nil}}
	}
	return d
}

// row begins a part of the page.
func row(title string) panel {
	return panel{Type: "row", Title: title, GridPos: grid{H: 1, W: 24}, FieldConfig: fieldConfig{Overrides: []override{}}}
}

// show returns a panel of the usual size.
func show(kind, title, about string, a axis) panel {
	return panel{
		Type: kind, Title: title, Description: about, GridPos: grid{H: 8, W: 12}, Datasource: chosen(),
		FieldConfig: fieldConfig{Defaults: a.defaults(), Overrides: []override{}},
	}
}

// stat returns one big figure, or one for each series, as of now.
func stat(title, about string, a axis, q query) panel {
	p := show("stat", title, about, a).now("time_series", q)
	p.GridPos = grid{H: 4, W: 4}
	p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	p.Options = map[string]any{
		"colorMode": "value", "graphMode": "none", "textMode": "auto",
		"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
	}
	return p
}

// curves returns series over time.
func curves(title, about string, a axis, queries ...query) panel {
	p := show("timeseries", title, about, a)
	for i, q := range queries {
		p.Targets = append(p.Targets, target{
			RefID: refs(i), Datasource: chosen(), Expr: q.expr, LegendFormat: q.legend, Format: "time_series", Range: true, EditorMode: "code",
		})
	}
	scale := map[string]any{"type": "linear"}
	if a.log {
		scale = map[string]any{"type": "log", "log": 10}
	}
	p.FieldConfig.Defaults.Color = map[string]any{"mode": "palette-classic"}
	p.FieldConfig.Defaults.Custom = map[string]any{"scaleDistribution": scale, "lineWidth": 2, "spanNulls": false}
	if a.step != nil {
		p.FieldConfig.Defaults.Custom["thresholdsStyle"] = map[string]any{"mode": "dashed"}
	}
	p.Options = map[string]any{
		"legend":  map[string]any{"displayMode": "table", "placement": "right", "calcs": []string{"lastNotNull"}, "showLegend": true},
		"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
	}
	return p
}

// stacked lays the curves on top of each other.
func (p panel) stacked() panel {
	p.FieldConfig.Defaults.Custom = maps.Clone(p.FieldConfig.Defaults.Custom)
	p.FieldConfig.Defaults.Custom["stacking"] = map[string]any{"mode": "normal", "group": "A"}
	p.FieldConfig.Defaults.Custom["fillOpacity"] = 40
	return p
}

// timeline shows what state each series has been in.
func timeline(title, about string, a axis, queries ...query) panel {
	p := curves(title, about, a, queries...)
	p.Type = "state-timeline"
	p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	p.FieldConfig.Defaults.Custom = map[string]any{"fillOpacity": 80, "lineWidth": 0}
	p.Options = map[string]any{"showValue": "never", "mergeValues": true, "rowHeight": 0.8}
	return p
}

// bars shows buckets of a histogram as they stand.
func bars(title, about string, a axis, q query) panel {
	p := show("bargauge", title, about, a).now("heatmap", q)
	p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	p.Options = map[string]any{
		"orientation": "horizontal", "displayMode": "basic",
		"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
	}
	return p
}

// now asks for the figures of this moment.
func (p panel) now(format string, queries ...query) panel {
	for i, q := range queries {
		p.Targets = append(p.Targets, target{
			RefID: refs(i), Datasource: chosen(), Expr: q.expr, LegendFormat: q.legend, Format: format, Instant: true, EditorMode: "code",
		})
	}
	return p
}

// A column is one query of a table, under a name and in a unit.
type column struct {
	name string
	axis axis
	expr string
}

// table returns rows by label, with a column for each query. hidden are the
// labels that are not shown.
func table(title, about string, hidden []string, columns ...column) panel {
	p := show("table", title, about, columns[0].axis)
	p.FieldConfig.Defaults.Min = nil
	p.FieldConfig.Defaults.Custom = map[string]any{"filterable": true}
	rename, exclude := map[string]any{}, map[string]any{"Time": true, "job": true, "edition": true, "__name__": true}
	for _, label := range hidden {
		exclude[label] = true
	}
	var queries []query
	for i, c := range columns {
		field := "Value #" + refs(i)
		if len(columns) == 1 {
			field = "Value"
		}
		rename[field] = c.name
		queries = append(queries, query{expr: c.expr})
		d := c.axis.defaults()
		p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{
			Matcher: matcher{"byName", c.name},
			Properties: []property{
				{"unit", d.Unit}, {"thresholds", d.Thresholds}, {"custom.cellOptions", map[string]any{"type": cell(c.axis)}},
			},
		})
	}
	p = p.now("table", queries...)
	p.Transformations = []transformation{
		{ID: "merge", Options: map[string]any{}},
		{ID: "organize", Options: map[string]any{"excludeByName": exclude, "renameByName": rename}},
	}
	return p
}

// cell returns how a column's cells are drawn.
func cell(a axis) string {
	if a.step == nil {
		return "auto"
	}
	return "color-text"
}

// leads makes a table's column a link to the board.
func (p panel) leads(column, path string) panel {
	to := link{Title: "Board", URL: "${board_url:raw}" + path + "${__value.text}", TargetBlank: true}
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{
		Matcher: matcher{"byName", column}, Properties: []property{{"links", []link{to}}},
	})
	return p
}

// linked makes a whole panel a link.
func (p panel) linked(title, url string) panel {
	p.FieldConfig.Defaults.Links = []link{{Title: title, URL: url}}
	return p
}

// sized returns the panel in another size, of 24 columns.
func (p panel) sized(width, height int) panel {
	p.GridPos.W, p.GridPos.H = width, height
	return p
}
