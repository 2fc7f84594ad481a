package window

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// notBuilt stands in for pages that nobody has built.
const notBuilt = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>一门办</title>
<h1>界面尚未构建</h1><p>这个程序里没有网页。请在源代码目录运行 <code>make ui</code>，再重新构建程序。</p>
<h1>The user interface was not built</h1><p>This program carries no pages. Run <code>make ui</code> in the source folder, then build the program again.</p>
`

// contentTypes are set by us: on Windows the registry decides otherwise, and often
// says that a script is plain text, which a strict browser then does not run.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
}

// Pages serves the files of a built frontend; folders and names that begin with a
// dot are not there. Of a folder that was never built it serves a page that says so.
func Pages(dist fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		info, err := fs.Stat(dist, name)
		if err != nil && name == "index.html" {
			w.Header().Set("Content-Type", contentTypes[".html"])
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(notBuilt))
			return
		}
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(path.Base(name), ".") {
			http.NotFound(w, r)
			return
		}
		if kind := contentTypes[path.Ext(name)]; kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		if strings.HasPrefix(name, "assets/") { // their names change with their content
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeFileFS(w, r, dist, name)
	})
}
