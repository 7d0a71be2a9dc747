//nolint:misspell // Grafana writes color and organize.
package dashboards

import "fmt"

// What follows are the parts of Grafana's dashboard model (schema version 39,
// Grafana 11) that are used here.
type (
	dashboard struct {
		ID            any        `json:"id"` // null: it is Grafana's to give
		UID           string     `json:"uid"`
		Title         string     `json:"title"`
		Description   string     `json:"description"`
		Tags          []string   `json:"tags"`
		SchemaVersion int        `json:"schemaVersion"`
		Editable      bool       `json:"editable"`
		GraphTooltip  int        `json:"graphTooltip"` // 1 = one cross-hair on all panels
		Refresh       string     `json:"refresh"`
		Time          span       `json:"time"`
		Timezone      string     `json:"timezone"`
		Templating    templating `json:"templating"`
		Annotations   events     `json:"annotations"`
		Links         []link     `json:"links"`
		Panels        []panel    `json:"panels"`
	}
	span struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	templating struct {
		List []variable `json:"list"`
	}
	events struct {
		List []event `json:"list"`
	}
	event struct {
		Name        string      `json:"name"`
		Datasource  *datasource `json:"datasource"`
		Enable      bool        `json:"enable"`
		IconColor   string      `json:"iconColor"`
		Expr        string      `json:"expr"`
		Step        string      `json:"step"`
		TitleFormat string      `json:"titleFormat"`
		TextFormat  string      `json:"textFormat"`
		TagKeys     string      `json:"tagKeys"`
	}
	variable struct {
		Name       string      `json:"name"`
		Label      string      `json:"label"`
		Type       string      `json:"type"`
		Query      any         `json:"query"`
		Datasource *datasource `json:"datasource,omitempty"`
		Refresh    int         `json:"refresh,omitempty"` // 2 = when the time range changes
		Sort       int         `json:"sort,omitempty"`    // 1 = by name
		Multi      bool        `json:"multi,omitempty"`
		IncludeAll bool        `json:"includeAll,omitempty"`
		AllValue   string      `json:"allValue,omitempty"`
		Current    choice      `json:"current"`
		Options    []choice    `json:"options,omitempty"`
	}
	choice struct {
		Text  string `json:"text,omitempty"`
		Value string `json:"value,omitempty"`
	}
	datasource struct {
		Type string `json:"type"`
		UID  string `json:"uid"`
	}
	link struct {
		Title       string   `json:"title"`
		Type        string   `json:"type,omitempty"`
		URL         string   `json:"url,omitempty"`
		Tags        []string `json:"tags,omitempty"`
		AsDropdown  bool     `json:"asDropdown,omitempty"`
		IncludeVars bool     `json:"includeVars,omitempty"`
		KeepTime    bool     `json:"keepTime,omitempty"`
		TargetBlank bool     `json:"targetBlank,omitempty"`
	}
	panel struct {
		ID              int              `json:"id"`
		Type            string           `json:"type"`
		Title           string           `json:"title"`
		Description     string           `json:"description,omitempty"`
		GridPos         grid             `json:"gridPos"`
		Datasource      *datasource      `json:"datasource,omitempty"`
		Targets         []target         `json:"targets,omitempty"`
		FieldConfig     fieldConfig      `json:"fieldConfig"`
		Options         map[string]any   `json:"options,omitempty"`
		Transformations []transformation `json:"transformations,omitempty"`
	}
	grid struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	}
	target struct {
		RefID        string      `json:"refId"`
		Datasource   *datasource `json:"datasource"`
		Expr         string      `json:"expr"`
		LegendFormat string      `json:"legendFormat,omitempty"`
		Format       string      `json:"format"`
		Instant      bool        `json:"instant"`
		Range        bool        `json:"range"`
		EditorMode   string      `json:"editorMode"`
	}
	fieldConfig struct {
		Defaults  defaults   `json:"defaults"`
		Overrides []override `json:"overrides"`
	}
	defaults struct {
		Unit       string         `json:"unit,omitempty"`
		Min        *float64       `json:"min,omitempty"`
		Max        *float64       `json:"max,omitempty"`
		Decimals   *int           `json:"decimals,omitempty"`
		NoValue    string         `json:"noValue,omitempty"`
		Color      map[string]any `json:"color,omitempty"`
		Thresholds thresholds     `json:"thresholds"`
		Mappings   []any          `json:"mappings,omitempty"`
		Links      []link         `json:"links,omitempty"`
		Custom     map[string]any `json:"custom,omitempty"`
	}
	thresholds struct {
		Mode  string `json:"mode,omitempty"`
		Steps []step `json:"steps,omitempty"`
	}
	step struct {
		Color string   `json:"color"`
		Value *float64 `json:"value"` // null: from below
	}
	override struct {
		Matcher    matcher    `json:"matcher"`
		Properties []property `json:"properties"`
	}
	matcher struct {
		ID      string `json:"id"`
		Options string `json:"options"`
	}
	property struct {
		ID    string `json:"id"`
		Value any    `json:"value"`
	}
	transformation struct {
		ID      string         `json:"id"`
		Options map[string]any `json:"options"`
	}
)

// chosen is the data source that the reader has picked.
func chosen() *datasource { return &datasource{Type: "prometheus", UID: "${datasource}"} }

// page returns a dashboard with what all have in common. Panels flow from left
// to right, as wide as they say.
func page(uid, title, about string, variables []variable) dashboard {
	return dashboard{
		UID: uid, Title: title, Description: about, Tags: []string{"svartid"}, SchemaVersion: 39, Editable: true,
		GraphTooltip: 1, Refresh: "1m", Time: span{From: "now-7d", To: "now"}, Timezone: "browser",
		Templating: templating{List: variables}, Annotations: events{List: happenings()},
		Links: []link{
			{Title: "Board", Type: "link", URL: "${board_url:raw}/", TargetBlank: true},
			{Title: "svartid", Type: "dashboards", Tags: []string{"svartid"}, IncludeVars: true, KeepTime: true},
		},
	}
}

// happenings are the edition's events, which are shown on the curves of every
// dashboard: what else would be taken for the companies' doing.
func happenings() []event {
	one := func(name, color, expr, title, text, tags string) event {
		return event{
			Name: name, Datasource: chosen(), Enable: true, IconColor: color, Expr: expr, Step: "60s",
			TitleFormat: title, TextFormat: text, TagKeys: tags,
		}
	}
	const paused = `svartid_company_paused{edition="$edition", class=~"$class", company=~"$company"}`
	return []event{
		one("Alerts", "red", `max by (alertname, company, class, channel) (ALERTS{alertname=~"Svartid.+", alertstate="firing"})`,
			"{{alertname}}", "{{company}} {{class}}", "channel"),
		one("Blind", "dark-orange", "channel:svartid_blind:max > 0", "{{channel}} is not heard", "Nothing is known of who answers on it.", "channel"),
		one("Pauses", "blue", folded+"("+paused+") == 1 unless "+folded+"("+paused+" offset 2m) == 1",
			"{{company}} is paused", "It is not asked.", "class"),
		one("Resumed", "light-blue", folded+"("+paused+") == 0 and "+folded+"("+paused+" offset 2m) == 1",
			"{{company}} is asked again", "", "class"),
		one("Rounds missed", "purple", folded+"(increase(svartid_rounds_missed_total[5m])) > 0",
			"svartid was down for a round of {{probe}}", "Its openers are void, and replaced.", "probe"),
		one("Configuration", "green", folded+"(changes(svartid_config_last_reload_success_timestamp_seconds[2m])) > 0",
			"the configuration was read", "", ""),
		one("Version", "yellow", "count by (version, revision) (svartid_build_info) unless count by (version, revision) (svartid_build_info offset 5m)",
			"svartid {{version}}", "{{revision}}", ""),
	}
}

// lay puts panels on a dashboard in rows of 24 columns.
func (d dashboard) lay(panels ...panel) dashboard {
	x, y, tallest := 0, 0, 0
	for i, p := range panels {
		if x+p.GridPos.W > 24 {
			x, y, tallest = 0, y+tallest, 0
		}
		p.ID, p.GridPos.X, p.GridPos.Y = i+1, x, y
		x, tallest = x+p.GridPos.W, max(tallest, p.GridPos.H)
		d.Panels = append(d.Panels, p)
	}
	return d
}

// variables returns those that every dashboard has. One company or all: pick
// says which variable takes one value only.
func variables(pick string) []variable {
	ask := func(name, label, query string) variable {
		v := variable{
			Name: name, Label: label, Type: "query", Datasource: chosen(), Refresh: 2, Sort: 1,
			Query: map[string]string{"query": query, "refId": name},
		}
		if name != pick && name != "edition" {
			v.Multi, v.IncludeAll, v.AllValue = true, true, ".*"
			v.Current = choice{Text: "All", Value: "$__all"}
		}
		return v
	}
	const board = "http://127.0.0.1:9724"
	return []variable{
		{Name: "datasource", Label: "Data source", Type: "datasource", Query: "prometheus"},
		ask("edition", "Edition", `label_values(svartid_company_paused, edition)`),
		ask("class", "Class", `label_values(svartid_company_paused{edition="$edition"}, class)`),
		ask("company", "Company", `label_values(svartid_company_paused{edition="$edition", class=~"$class"}, company)`),
		ask("channel", "Channel", `label_values(svartid_reach_ratio{edition="$edition"}, channel)`),
		{
			Name: "board_url", Label: "Board", Type: "textbox", Query: board,
			Current: choice{board, board}, Options: []choice{{board, board}},
		},
	}
}

// refs names queries as Grafana does.
func refs(i int) string { return fmt.Sprintf("%c", 'A'+i) }
