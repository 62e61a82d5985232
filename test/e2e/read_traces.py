"""Reads several traces with MLflow's own Python client, and prints what it finds of each as JSON."""

import json
import sys

import mlflow


def read(trace_id):
    trace = mlflow.get_trace(trace_id)
    if trace is None:
        return None
    for span in trace.data.spans:
        # What the client decodes only when it is asked for.
        span.inputs, span.outputs, span.attributes, span.events, span.to_dict()
    return [span.name for span in trace.data.spans]


if __name__ == "__main__":
    mlflow.set_tracking_uri(sys.argv[1])
    found = {}
    for trace_id in json.load(open(sys.argv[2])):
        try:
            found[trace_id] = read(trace_id)
        except Exception as error:  # noqa: BLE001 - the test shows it
            found[trace_id] = repr(error)[:300]
    json.dump(found, sys.stdout)
