//lint:file-ignore SA1019 within one function the parser resolves names well enough, without the types of the whole program

package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// S08: PostgreSQL may run the function of a transaction twice. So it builds
// nothing upon what it has captured: no `x = append(x, …)`, no `x++`, no
// `x += …` of a variable from outside that it has not set before, and no new
// value for a parameter of the use case. And it ranges over no map that it
// writes out: two transactions that lock the same rows in two orders wait for
// each other in a circle.
func TestS08WhatATransactionDoesMayBeDoneTwice(t *testing.T) {
	found := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, filepath.Join("..", filepath.FromSlash(name)), nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			use, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, fn := range transactions(use) {
				found++
				for _, wrong := range unrepeatable(use, fn) {
					t.Errorf("%s: %s", set.Position(wrong.Pos()), "is not the same when the transaction is run again")
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 40 {
		t.Errorf("only %d transactions found", found)
	}
}

// transactions are the functions that are handed to InTx.
func transactions(use *ast.FuncDecl) (all []*ast.FuncLit) {
	ast.Inspect(use, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if name, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"InTx", "writing", "decide"}, name.Sel.Name) {
			for _, arg := range call.Args {
				if fn, ok := arg.(*ast.FuncLit); ok {
					all = append(all, fn)
				}
			}
		}
		return true
	})
	return all
}

// unrepeatable lists what a transaction does that depends on whether it was run
// before.
func unrepeatable(use *ast.FuncDecl, fn *ast.FuncLit) (wrong []ast.Node) {
	set := map[*ast.Object]bool{} // captured, and given a value of its own in here
	captured := func(e ast.Expr) *ast.Object {
		id, ok := e.(*ast.Ident)
		if !ok || id.Obj == nil || id.Obj.Pos() >= fn.Pos() && id.Obj.Pos() < fn.End() {
			return nil
		}
		return id.Obj
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IncDecStmt:
			if o := captured(n.X); o != nil && !set[o] {
				wrong = append(wrong, n)
			}
		case *ast.RangeStmt:
			if lit, ok := n.X.(*ast.CompositeLit); ok {
				if _, isMap := lit.Type.(*ast.MapType); isMap {
					wrong = append(wrong, n)
				}
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				o := captured(left)
				if o == nil || set[o] {
					continue
				}
				if n.Tok != token.ASSIGN || slices.ContainsFunc(n.Rhs, func(e ast.Expr) bool { return mentions(e, o) }) || parameter(use, o) {
					wrong = append(wrong, n)
				}
				set[o] = true
			}
		}
		return true
	})
	return wrong
}

func mentions(e ast.Expr, o *ast.Object) (yes bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Obj == o {
			yes = true
		}
		return !yes
	})
	return yes
}

// parameter tells what the use case was asked with from what it answers.
func parameter(use *ast.FuncDecl, o *ast.Object) bool {
	return slices.ContainsFunc(use.Type.Params.List, func(f *ast.Field) bool {
		return slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return id.Obj == o })
	})
}
