package window

import (
	"encoding/json"
	"net/http"

	"onedoor/app/counter"
)

// statusOf is for those who look at the traffic; pages go by the code.
func statusOf(c counter.Code) int {
	switch c {
	case CodeLoggedOut, CodeNoSeat:
		return http.StatusUnauthorized
	case CodeRefused, counter.CodeDenied:
		return http.StatusForbidden
	case counter.CodeNotFound:
		return http.StatusNotFound
	case counter.CodeUsage, counter.CodeInvalid:
		return http.StatusBadRequest
	case counter.CodeBusy:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

func writeFault(w http.ResponseWriter, err error) {
	f := FaultOf(err)
	writeJSON(w, statusOf(f.Code), f)
}

func writeValue(w http.ResponseWriter, v any) {
	writeJSON(w, http.StatusOK, map[string]any{"value": v})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // only a form with something unspeakable in it
		status, b = http.StatusInternalServerError, []byte(FaultText(err))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The browser may have gone; there is nobody left to tell.
	_, _ = w.Write(b)
}
