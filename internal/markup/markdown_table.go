package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// table writes a table as one, in a box of its own that a small screen can move.
func (m *markdown) table(table *east.Table) {
	m.out.WriteString(`<div class="scroll" tabindex="0"><table>`)
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		before, after := "<td>", "</td>"
		if row.Kind() == east.KindTableHeader {
			before, after = `<th scope="col">`, "</th>"
		}
		m.out.WriteString("<tr>")
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			m.wrap(before, cell, after)
		}
		m.out.WriteString("</tr>")
	}
	m.out.WriteString("</table></div>")
}

// rows writes a table as a list: an item a row, each cell after its head.
func (m *markdown) rows(table *east.Table) {
	head := m.cells(table.FirstChild())
	if table.ChildCount() == 1 {
		m.out.WriteString("<p><strong>" + strings.Join(head, "</strong>, <strong>") + "</strong></p>")
		return
	}
	m.out.WriteString("<ul>")
	for row := table.FirstChild().NextSibling(); row != nil; row = row.NextSibling() {
		m.out.WriteString("<li>" + strings.Join(named(head, m.cells(row)), ", ") + "</li>")
	}
	m.out.WriteString("</ul>")
}

func (m *markdown) cells(row ast.Node) []string {
	var cells []string
	for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
		cells = append(cells, m.label(cell))
	}
	return cells
}

// named puts the head before each cell; empty cells say nothing.
func named(head, cells []string) []string {
	var list []string
	for i, cell := range cells {
		switch {
		case cell == "":
		case i < len(head) && head[i] != "":
			list = append(list, "<strong>"+head[i]+"</strong> "+cell)
		default:
			list = append(list, cell)
		}
	}
	return list
}
