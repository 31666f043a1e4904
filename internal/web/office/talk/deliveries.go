package talk

import (
	"embraye/internal/embraye"
	"embraye/internal/web/office"
)

func deliveries(v *office.Visit) error {
	hosts, err := v.Rooms.Directory.FailingHosts(v.Context(), v.By)
	if err != nil {
		return err
	}
	return v.Show("deliveries", "office.deliveries", hosts)
}

// changeDeliveries tries again or gives up for good, for one server.
func changeDeliveries(v *office.Visit) error {
	var err error
	switch v.Form("action") {
	case "retry":
		_, err = v.Rooms.Directory.RetryDeliveries(v.Context(), v.By, v.Form("host"))
	case "drop":
		_, err = v.Rooms.Directory.DropDeliveries(v.Context(), v.By, v.Form("host"))
	default:
		err = embraye.ErrInvalid
	}
	if err != nil {
		return err
	}
	return v.Said("/office/deliveries", "office.said.done")
}
