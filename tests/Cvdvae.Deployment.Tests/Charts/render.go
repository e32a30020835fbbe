// Renders a chart's templates as `helm template` does, where there is no Helm: the same template engine (Go's) and functions (sprig's), and Helm's own
// functions as far as this chart uses them; a function that is not here is an error. Arguments: the chart's folder, a file of values over the chart's own, the
// namespace. Needs Debian's golang-go, golang-github-masterminds-sprig-dev, golang-k8s-sigs-yaml-dev.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type files struct{ folder string }

// Get returns nothing where there is no such file, as Helm's does.
func (f files) Get(name string) string {
	content, err := os.ReadFile(filepath.Join(f.folder, name))
	if err != nil {
		return ""
	}
	return string(content)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) map[string]interface{} {
	content, err := os.ReadFile(path)
	check(err)
	values := map[string]interface{}{}
	check(yaml.UnmarshalStrict(content, &values))
	return values
}

// over puts values over others, maps key by key, all else as a whole.
func over(values, others map[string]interface{}) {
	for key, value := range values {
		inner, isMap := value.(map[string]interface{})
		below, wasMap := others[key].(map[string]interface{})
		if isMap && wasMap {
			over(inner, below)
		} else {
			others[key] = value
		}
	}
}

func main() {
	folder := os.Args[1]
	values := read(filepath.Join(folder, "values.yaml"))
	over(read(os.Args[2]), values)
	chart := read(filepath.Join(folder, "Chart.yaml"))
	// Helm's names of the chart's fields begin with a capital.
	data := map[string]interface{}{
		"Values":  values,
		"Chart":   map[string]interface{}{"Name": chart["name"], "Version": chart["version"], "AppVersion": chart["appVersion"]},
		"Release": map[string]interface{}{"Name": "cvdvae", "Namespace": os.Args[3], "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Files":   files{folder},
	}

	all := template.New("chart")
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["include"] = func(name string, data interface{}) (string, error) {
		var text bytes.Buffer
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	functions["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		check(err)
		return strings.TrimSuffix(string(text), "\n")
	}
	functions["fromYaml"] = func(text string) map[string]interface{} {
		value := map[string]interface{}{}
		check(yaml.Unmarshal([]byte(text), &value))
		return value
	}
	functions["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	// As Helm without --strict: what is missing is no error, and prints nothing.
	all.Funcs(functions).Option("missingkey=zero")

	names, err := filepath.Glob(filepath.Join(folder, "templates", "*"))
	check(err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		check(err)
		template.Must(all.New(filepath.Base(name)).Parse(string(text)))
	}
	for _, name := range names {
		base := filepath.Base(name)
		if strings.HasPrefix(base, "_") {
			continue
		}
		var text bytes.Buffer
		check(all.ExecuteTemplate(&text, base, data))
		if base == "NOTES.txt" {
			for _, line := range strings.Split(text.String(), "\n") {
				fmt.Println(strings.TrimRight("# "+line, " "))
			}
			continue
		}
		fmt.Println(text.String())
	}
}
