package dashboards

import (
	"embed"
	"io/fs"
)

//go:embed grafana/*.json prometheus/*.yml prometheus/rules/*.yml prometheus/templates/*.tmpl provisioning/*/*.yml runbook.md
var files embed.FS

// Files returns grafana/*.json, prometheus/*.yml, prometheus/rules/*.yml,
// prometheus/templates/*.tmpl, provisioning/*/*.yml and runbook.md.
func Files() fs.FS { return files }
