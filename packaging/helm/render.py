"""Renders the chart without helm, by Go's own templates with sprig: `pip install py-go-template PyYAML`.

It knows what the chart uses: .Values, .Release and .Chart. Helm's own functions (include, lookup, toYaml) it lacks, and fails at them.
"""
import pathlib

import yaml
from go_template import render

chart = pathlib.Path(__file__).resolve().parent / "oncall"
values = {
    "Values": yaml.safe_load((chart / "values.yaml").read_text("utf-8")),
    "Chart": yaml.safe_load((chart / "Chart.yaml").read_text("utf-8")),
    "Release": {"Name": "oncall", "Namespace": "oncall", "Service": "Helm"},
}
for path in sorted((chart / "templates").glob("*.yaml")):
    print("---")
    print(render(path, values).decode("utf-8"))
